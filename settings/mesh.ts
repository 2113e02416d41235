import { z } from "zod";
import { refusal } from "./messages.js";
import { hostName, objectName, port } from "./formats.js";

const shared = {
  outboundTrafficPolicy: z
    .enum(["REGISTRY_ONLY", "ALLOW_ANY"])
    .default("REGISTRY_ONLY")
    .describe("What sidecars do with hosts nobody registered. ALLOW_ANY lets every workload out unseen."),
  dnsCapture: z
    .boolean()
    .default(true)
    .describe("Sidecars answer DNS, so that each database has an address of its own and two may share a port."),
  accessLog: z
    .boolean()
    .default(true)
    .describe("Proxies log each connection; kind istio with the caller's SPIFFE identity."),
  trustDomain: z.string().default("cluster.local").describe("SPIFFE trust domain of workload identities."),
};

const istio = z.strictObject({
  kind: z.literal("istio"),
  ...shared,
  version: z.string().default("1.31.1").describe("Version of the Helm charts."),
  repository: z.string().default("oci://ghcr.io/istio/release/charts").describe("Where the charts come from."),
  revision: objectName.optional().describe("Revision of the control plane, for canary upgrades. Default: none."),
  cni: z.boolean().default(false).describe("Install Istio's CNI plug-in, so that pods need no NET_ADMIN."),
  scopeGateways: z
    .boolean()
    .default(true)
    .describe(
      "Pods of a gateway obey Gateways of their own namespace only (PILOT_SCOPE_GATEWAY_TO_NAMESPACE). Without it, any namespace opens a way of its own through the egress gateway.",
    ),
  install: z.boolean().default(true).describe("False when the cluster already runs the mesh."),
  tracing: z
    .strictObject({
      service: hostName
        .refine((host) => !host.endsWith(".svc"), {
          error: refusal("short-collector-name"),
        })
        .describe(
          "Host of the collector, such as otel-collector.observability.svc.cluster.local. The Service names its port grpc-…, or the proxies speak HTTP/1.1 to it.",
        ),
      port: port
        .default(4317)
        .describe(
          "Port of the collector, and of its pods: network policy opens it to every isolated namespace. One that its Service leads elsewhere needs a flow.",
        ),
    })
    .optional()
    .describe(
      "Collector that takes OpenTelemetry traces over gRPC. A collector outside the cluster needs a ServiceEntry and openEgress. Default: none.",
    ),
  namespace: objectName
    .default("istio-system")
    .describe("Namespace of the control plane; its policies hold for the whole mesh."),
});

const asm = z.strictObject({
  kind: z.literal("asm"),
  ...shared,
  version: z.string().optional().describe("Version of the ASM instance. Default: what the cloud offers."),
  edition: z
    .enum(["standard", "enterprise", "ultimate"])
    .default("enterprise")
    .describe("Edition of the ASM instance."),
  tracing: z.boolean().default(false).describe("Send traces to Alibaba Cloud's own tracing service."),
});

const cloudServiceMesh = z.strictObject({
  kind: z.literal("cloud-service-mesh"),
  ...shared,
  channel: z
    .enum(["managed", "managed-stable", "managed-rapid"])
    .default("managed")
    .describe("Release channel, as the revision label is written: asm-managed."),
  fleetFeature: z
    .enum(["create", "adopt"])
    .default("create")
    .describe("A fleet has one servicemesh feature: create it, or use the one there is."),
});

/** `mesh`: which service mesh, and how its proxies treat what leaves. */
export const meshSchema = z.discriminatedUnion("kind", [istio, asm, cloudServiceMesh]);
export type MeshSettings = z.output<typeof meshSchema>;

/** A fleet's workload identity pool decides the trust domain of Cloud Service Mesh; it takes no other. */
export function fleetTrustDomain(project: string): string {
  return `${project}.svc.id.goog`;
}

/** Whether the stack makes the mesh. Of a mesh that exists, everything that holds for the whole of it is someone else's. */
export function makesMesh(mesh: Pick<MeshSettings, "kind"> & { install?: boolean }): boolean {
  return mesh.kind !== "istio" || mesh.install !== false;
}

/** Whether Gateways are scoped to their namespace: only Istio's own control plane is told so here. */
export function scopesGateways(mesh: MeshSettings): boolean {
  return mesh.kind === "istio" && mesh.scopeGateways;
}
