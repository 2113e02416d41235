import { writeYaml } from "mesh-access/yaml";
import { project, schemaUrl } from "../settings/project.js";
import { packageVersion } from "./packageFile.js";

/** A stack file: the schema for editors, comments, keys of providers, and the project's own keys without their prefix. */
export function stackFileText(comments: string[], own: object, providers: Record<string, unknown> = {}): string {
  const keys = Object.entries(own).map(([key, value]) => [`${project}:${key}`, value as unknown]);
  const lines = [`yaml-language-server: $schema=${schemaUrl(packageVersion())}`, ...comments].map(
    (line) => `# ${line}\n`,
  );
  return lines.join("") + writeYaml({ config: { ...providers, ...Object.fromEntries(keys) } });
}
