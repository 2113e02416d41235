import { writeYaml } from "mesh-access/yaml";
import { project } from "../settings/project.js";

/** A stack file: a comment as its first line, keys of providers, and the project's own keys without their prefix. */
export function stackFileText(comment: string, own: object, providers: Record<string, unknown> = {}): string {
  const keys = Object.entries(own).map(([key, value]) => [`${project}:${key}`, value as unknown]);
  return `# ${comment}\n${writeYaml({ config: { ...providers, ...Object.fromEntries(keys) } })}`;
}
