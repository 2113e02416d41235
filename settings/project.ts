/** Namespace of the project's own config keys. */
export const project = "mesh-egress";

/**
 * Where editors find the schema of a stack file, wherever the file is copied: the file of that version in the npm package, as a
 * public mirror of the registry serves it.
 */
export function schemaUrl(version: string): string {
  return `https://unpkg.com/pulumi-${project}@${version}/docs/settings.schema.json`;
}
