import { writeYaml } from "mesh-access/yaml";
import { project } from "../settings/project.js";

/** How large a generated stack is. */
export interface StackSize {
  databases: number;
  /** Spread over the namespaces in turn. @default one for each namespace */
  workloads?: number;
}

/** Protocols in turn, so that databases share ports. */
const protocols = ["mysql", "postgres", "mongo"] as const;
const mostNamespaces = 100;
const databasesPerNamespace = 10;

const counted = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Name of a generated database; its host is `<name>.example.com`. */
export const databaseName = (index: number): string => `database-${index}`;

/** Over how many namespaces a generated stack is spread. */
export function namespacesOf(databases: number): number {
  return Math.min(mostNamespaces, Math.ceil(databases / databasesPerNamespace));
}

/** Settings with this many databases, spread over up to a hundred namespaces. */
export function generatedSettings({
  databases,
  workloads = namespacesOf(databases),
}: StackSize): Record<string, unknown> {
  const namespaces = namespacesOf(databases);
  return {
    cluster: { cloud: "existing" },
    mesh: { kind: "istio" },
    // A policy for each of a thousand databases, as by default, wants it.
    gateway: { resources: { memoryLimit: "16Gi" } },
    namespaces: counted(namespaces, (i) => ({ name: `team-${i}` })),
    databases: counted(databases, (i) => ({
      name: databaseName(i),
      host: `${databaseName(i)}.example.com`,
      protocol: protocols[i % protocols.length],
      clients: [{ namespace: `team-${i % namespaces}`, serviceAccounts: ["app-0"] }],
    })),
    workloads: counted(workloads, (i) => ({
      kind: "deployment",
      name: `app-${Math.floor(i / namespaces)}`,
      namespace: `team-${i % namespaces}`,
      image: "curlimages/curl:8.16.0",
    })),
  };
}

/** The same as the text of a stack file. */
export function generatedStack(size: StackSize): string {
  const config = Object.entries(generatedSettings(size)).map(([key, value]) => [`${project}:${key}`, value]);
  return writeYaml({ config: Object.fromEntries(config) as object });
}
