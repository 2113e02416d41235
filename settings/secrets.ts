import { secretsIn } from "./manifestChecks.js";
import { type Problem, SettingsError } from "./problem.js";
import type { Settings } from "./schema.js";
import { writtenObjects } from "./workloads.js";

/** How to set a secret. */
function howToSet(name: string): string {
  return `Write it with \`pulumi config set --secret --path mesh-egress:secrets.${name}\``;
}

/**
 * Names under the `secrets` key of a stack file. Each value must be encrypted; one in plain is refused, not repeated.
 *
 * @throws {@link SettingsError} with every problem at once.
 */
export function secretNames(secrets: unknown): string[] {
  if (secrets === undefined) return [];
  if (typeof secrets !== "object" || secrets === null || Array.isArray(secrets))
    throw new SettingsError([
      { path: "secrets", reason: "is not a mapping of names to encrypted values", instead: howToSet("NAME") },
    ]);
  const problems: Problem[] = Object.entries(secrets).flatMap(([name, value]) =>
    isEncrypted(value) ? [] : [{ path: `secrets.${name}`, reason: "is in plain text", instead: howToSet(name) }],
  );
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.keys(secrets);
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
}

/**
 * Names of the secrets that settings refer to: by every key that ends in `Secret`, by `secretEnv`, and by placeholders in
 * manifest files.
 */
export function referredSecrets({ workloads, ...settings }: Settings): string[] {
  const ownKeys = workloads.filter(({ kind }) => kind !== "manifests");
  return [...new Set([...references([settings, ownKeys]), ...secretsIn(writtenObjects(workloads))])].sort();
}

/** Secrets that the settings refer to and nobody has set. */
export function missingSecretProblems(settings: Settings, given: readonly string[]): Problem[] {
  return referredSecrets(settings)
    .filter((name) => !given.includes(name))
    .map((name) => ({
      path: `secrets.${name}`,
      reason: "is missing, and the settings refer to it",
      instead: howToSet(name),
    }));
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key.endsWith("Secret") && typeof item === "string") return [item];
    return key === "secretEnv" ? Object.values(item as Record<string, string>) : references(item);
  });
}
