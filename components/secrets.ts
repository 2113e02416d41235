import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "./manifest.js";

/** Secret values by name. Renderers know the names only. */
export type SecretValues = Record<string, pulumi.Input<string>>;

const urlEncoded = "|url";
const marker = new RegExp(`\\$\\{secret:([A-Za-z][A-Za-z0-9]*)(\\|url)?\\}`, "g");

/** What stands in a manifest in the place of a secret value: that there is one, not what it is. */
export function secretMarker(name: string, encoding?: "url"): string {
  return `\${secret:${name}${encoding === "url" ? urlEncoded : ""}}`;
}

/** A secret the settings refer to. */
export function neededSecret(secrets: SecretValues, name: string): pulumi.Input<string> {
  const value = secrets[name];
  if (value === undefined)
    throw new Error(
      `secrets.${name} is missing, but a workload needs it. ` +
        `Set it with: pulumi config set --secret --path mesh-egress:secrets.${name}`,
    );
  return value;
}

function revealText(text: string, secrets: SecretValues): string | pulumi.Output<string> {
  const names = [...text.matchAll(marker)].map((match) => String(match[1]));
  if (names.length === 0) return text;
  const values = pulumi.all(names.map((name) => neededSecret(secrets, name)));
  return pulumi.secret(
    values.apply((found) => {
      const next = found.values();
      return text.replace(marker, (_match, _name, encoded) => {
        const value = String(next.next().value);
        return encoded ? encodeURIComponent(value) : value;
      });
    }),
  );
}

/** The Secret as it is registered: every marker in `stringData` replaced by its value, which stays secret in the state. */
export function withSecretValues(manifest: Manifest & { stringData?: object }, secrets: SecretValues): Manifest {
  if (manifest.kind !== "Secret" || !manifest.stringData) return manifest;
  const revealed = Object.entries(manifest.stringData).map(([key, text]) => [key, revealText(String(text), secrets)]);
  return { ...manifest, stringData: Object.fromEntries(revealed) } as Manifest;
}
