import { stringify } from "yaml";

/** Protocols in turn, so that databases share ports. */
const protocols = ["mysql", "postgres", "mongo"] as const;
const mostNamespaces = 100;
const databasesPerNamespace = 10;

/** A stack file with this many databases, spread over up to a hundred namespaces with a workload each. */
export function generatedStack(databases: number): string {
  const namespaces = Math.min(mostNamespaces, Math.ceil(databases / databasesPerNamespace));
  const counted = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const config = {
    "mesh-egress:cluster": { cloud: "existing" },
    "mesh-egress:mesh": { kind: "istio" },
    "mesh-egress:namespaces": counted(namespaces, (i) => ({ name: `team-${i}` })),
    "mesh-egress:databases": counted(databases, (i) => ({
      name: `database-${i}`,
      host: `database-${i}.example.com`,
      protocol: protocols[i % protocols.length],
      clients: [{ namespace: `team-${i % namespaces}`, serviceAccounts: ["app"] }],
    })),
    "mesh-egress:workloads": counted(namespaces, (i) => ({
      kind: "deployment",
      name: "app",
      namespace: `team-${i}`,
      image: "curlimages/curl:8.16.0",
    })),
  };
  return stringify({ config });
}
