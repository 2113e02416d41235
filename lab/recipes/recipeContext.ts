import type { Manifest } from "../../components/manifest.js";
import { machineAddresses, mongoPorts } from "../outside/outside.js";
import type { FixtureNamespace } from "../scenarios/fixtures.js";
import { gateway } from "./gateway.js";
import { pasted, type RecipeName, type Replacements } from "./pasted.js";

/** Names and addresses of servers, here those of the machines outside. */
const filledIn: Replacements = [
  [/rm-1\.mysql\.rds\.example\.com/g, "rm-example.mysql.rds.aliyuncs.com"],
  [/my-mongo\.tcp\.svc|mongo\.example\.com/g, "mongo.db.example.com"],
  ["192.0.2.10", machineAddresses.mongo],
];
/** The server outside takes TLS on a port of its own. */
const tlsPort = [/\b27017\b/g, String(mongoPorts.tls)] as const;

/** The objects of recipes as they are applied here. */
export function recipe(...names: RecipeName[]): Manifest[] {
  return names.flatMap((name) => pasted(name, name.startsWith("bookinfo-tls") ? [...filledIn, tlsPort] : filledIn));
}

/** Outbound policy of both documents; neither has sidecars answer DNS. */
export const meshConfig = { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } };

const workload = (name: string, labels?: Record<string, string>) => ({ name, ...(labels ? { labels } : {}) });

/** The documents' clients, a second service account beside one, a namespace nobody names, and a pod outside the mesh. */
export const fixtures: readonly FixtureNamespace[] = [
  {
    name: "demo-server",
    injection: true,
    workloads: [workload("k8s-mysql", { name: "lbl-k8s-mysql" }), workload("reports")],
  },
  { name: "demo-other", injection: true, workloads: [workload("batch")] },
  { name: "bookinfo", injection: true, workloads: [workload("ratings-v2", { app: "ratings" })] },
  { name: "other", injection: true, workloads: [workload("tool")] },
  { name: "bare", injection: false, workloads: [workload("bare")] },
];

const { selector, ...metadata } = gateway;

/** The gateway both documents take as given: on ASM its operator makes it of an IstioGateway, elsewhere Istio's chart. */
export const gatewayManifests: readonly Manifest[] = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata },
  serviceFor([
    { name: "tls-13306", port: 13306, targetPort: 13306 },
    { name: "tls", port: 443, targetPort: 8443 },
    { name: "tcp-mongo", port: 7777, targetPort: 7777 },
  ]),
  deployment(),
];

function serviceFor(ports: object[]): Manifest & { spec: object } {
  return { apiVersion: "v1", kind: "Service", metadata, spec: { selector, ports } };
}

function deployment(): Manifest & { spec: object } {
  const labels = { ...selector, "sidecar.istio.io/inject": "true" };
  const annotations = { "inject.istio.io/templates": "gateway" };
  const containers = [{ name: "istio-proxy", image: "auto" }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      selector: { matchLabels: selector },
      template: {
        metadata: { labels, annotations },
        spec: { serviceAccountName: metadata.name, terminationGracePeriodSeconds: 1, containers },
      },
    },
  };
}
