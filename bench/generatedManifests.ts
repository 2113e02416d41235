import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeDocuments } from "mesh-access/yaml";
import { blueprintOf } from "../components/blueprint.js";
import type { Manifest } from "../components/manifest.js";
import { loadSettings } from "../settings/load.js";
import { generatedSettings, namespacesOf } from "./generatedStack.js";

/** How large a generated mesh is. */
export interface MeshSize {
  workloads: number;
  databases: number;
  /** AuthorizationPolicy and NetworkPolicy together; never fewer than the databases bring. */
  policies: number;
}

const isPolicy = ({ kind }: Manifest): boolean => kind === "AuthorizationPolicy" || kind === "NetworkPolicy";

/** Everything the stack puts into the cluster, and policies of the workloads' own until there are as many as asked for. */
export function generatedManifests({ workloads, databases, policies }: MeshSize): Manifest[] {
  const stack = blueprintOf(loadSettings(generatedSettings({ databases, workloads }))).manifests;
  const missing = Math.max(0, policies - stack.filter(isPolicy).length);
  const namespaces = namespacesOf(databases);
  const own = Array.from({ length: missing }, (_, index) => ownPolicy(index, workloads, namespaces));
  return [meshConfig, ...stack, ...own];
}

/** What Istio's chart writes for the stack's settings: no manifest of the stack's own, but the analysis reads it. */
const meshConfig: Manifest & { data: object } = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "istio", namespace: "istio-system" },
  data: {
    mesh: [
      "outboundTrafficPolicy: { mode: REGISTRY_ONLY }",
      'defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } }',
    ].join("\n"),
  },
};

/** Who may call a workload: by turns told to its proxy and to the network. */
function ownPolicy(index: number, workloads: number, namespaces: number): Manifest & { spec: object } {
  const workload = index % workloads;
  const app = `app-${Math.floor(workload / namespaces)}`;
  const metadata = { name: `callers-${index}`, namespace: `team-${workload % namespaces}` };
  const caller = `team-${(workload + 1) % namespaces}`;
  return index % 2 === 0
    ? {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata,
        spec: {
          selector: { matchLabels: { app } },
          rules: [{ from: [{ source: { principals: [`cluster.local/ns/${caller}/sa/${app}`] } }] }],
        },
      }
    : {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata,
        spec: {
          podSelector: { matchLabels: { app } },
          policyTypes: ["Ingress"],
          ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": caller } } }] }],
        },
      };
}

const namespaceOf = ({ metadata }: Manifest): string => metadata.namespace ?? "cluster";

/** Writes manifests as people keep them: a YAML file for each namespace. Returns how many bytes that is. */
export function writeByNamespace(manifests: readonly Manifest[], folder: string): number {
  mkdirSync(folder, { recursive: true });
  const namespaces = [...new Set(manifests.map(namespaceOf))];
  const sizes = namespaces.map((namespace) => {
    const text = writeDocuments(manifests.filter((manifest) => namespaceOf(manifest) === namespace));
    writeFileSync(join(folder, `${namespace}.yaml`), text);
    return Buffer.byteLength(text);
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
