import { written } from "mesh-access";
import type * as pulumi from "@pulumi/pulumi";
import type { ValueOf } from "./placeholders.js";

/** Secret values by name. Renderers know the names only. */
export type SecretValues = Record<string, pulumi.Input<string>>;

/** What a manifest holds in the place of a secret value. */
export function secretPlaceholder(name: string, encoding?: "url"): string {
  return written({ kind: "secret", of: name, encoding });
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

/** Gives secrets their values; other placeholders are for `others` to fill. */
export function secretValueOf(secrets: SecretValues, others?: ValueOf): ValueOf {
  return (placeholder) => {
    if (placeholder.kind === "secret") return neededSecret(secrets, placeholder.of);
    if (!others) throw new Error(`Nothing gives the ${placeholder.kind} of ${placeholder.of}.`);
    return others(placeholder);
  };
}
