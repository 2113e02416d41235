import { z } from "zod";
import type { ClusterSettings } from "./cluster.js";
import { refusal } from "./settingsMessages.js";
import { hostName, objectName, port } from "./formats.js";
import type { Problem } from "./problem.js";
import { namesRevisions, revisionKeys, revisionProblems, versionsOf } from "./revisions.js";
import type { Settings } from "./schema.js";
import { isOlder } from "./versions.js";

/** Default version of Istio's charts: the latest patch of the minor version that the lab runs. */
export const istioVersion = "1.31.4";

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
  version: z
    .string()
    .default(istioVersion)
    .describe(
      "Version of the Helm charts: of the custom resource definitions, the CNI plug-in and each revision that has none of its own.",
    ),
  repository: z.string().default("oci://ghcr.io/istio/release/charts").describe("Where the charts come from."),
  ...revisionKeys,
  cni: z
    .boolean()
    .optional()
    .describe(
      "Install Istio's CNI plug-in, so that pods need no NET_ADMIN and their namespaces can enforce `baseline`. Default: true on GKE; false elsewhere, where it depends on the cluster's own plug-ins.",
    ),
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
  cni: z
    .boolean()
    .optional()
    .describe(
      "Use ASM's CNI plug-in, so that pods need no NET_ADMIN and their namespaces can enforce `baseline`. Not in the standard edition. Default: true in the others.",
    ),
  tracing: z.boolean().default(false).describe("Send traces to Alibaba Cloud's own tracing service."),
});

const cloudServiceMesh = z.strictObject({
  kind: z.literal("cloud-service-mesh"),
  ...shared,
  dnsCapture: z
    .boolean()
    .optional()
    .describe(
      "Sidecars answer DNS, so that each database has an address of its own and two may share a port. The mesh's channel is the cluster's, and only the Rapid one has it. Default: true with cluster.releaseChannel RAPID, else false.",
    ),
  fleetFeature: z
    .enum(["create", "adopt"])
    .default("create")
    .describe("A fleet has one servicemesh feature: create it, or use the one there is."),
});

/** `mesh`: which service mesh, and how its proxies treat what leaves. */
export const meshSchema = z.discriminatedUnion("kind", [istio, asm, cloudServiceMesh]);
type ParsedMesh = z.output<typeof meshSchema>;
export type MeshSettings = ParsedMesh & { dnsCapture: boolean; cni: boolean };

/** The channel of a GKE cluster in which Cloud Service Mesh has DNS capture. */
const dnsCaptureChannel = "RAPID";

/** Whether Cloud Service Mesh captures DNS on a cluster of this channel, unless set otherwise. The mesh's channel is the cluster's. */
export function channelCapturesDns(releaseChannel: string | undefined): boolean {
  return releaseChannel === dnsCaptureChannel;
}

/** The settings of the mesh with what the cluster decides. */
export function filledMesh(mesh: ParsedMesh, cluster: ClusterSettings): MeshSettings {
  const { dnsCapture = channelCapturesDns(channelOf(cluster)) } = mesh;
  return { ...mesh, dnsCapture, cni: hasCni(mesh, cluster) };
}

/** Whether a plug-in prepares the network of pods. Cloud Service Mesh brings one. */
function hasCni(mesh: ParsedMesh, { cloud }: ClusterSettings): boolean {
  switch (mesh.kind) {
    case "istio":
      return mesh.cni ?? cloud === "gke";
    case "asm":
      return mesh.cni ?? mesh.edition !== "standard";
    case "cloud-service-mesh":
      return true;
  }
}

const channelOf = (cluster: ClusterSettings) => (cluster.cloud === "gke" ? cluster.releaseChannel : undefined);

/** What Cloud Service Mesh does not have in the cluster's channel. Set there, it would be read by nothing. */
export function channelProblems(mesh: MeshSettings, cluster: ClusterSettings): Problem[] {
  const channel = channelOf(cluster);
  return mesh.kind === "cloud-service-mesh" && mesh.dnsCapture && channel && !channelCapturesDns(channel)
    ? [
        {
          path: "mesh.dnsCapture",
          value: true,
          reason: `is in the Rapid channel of Cloud Service Mesh only, and cluster.releaseChannel is ${channel}`,
          instead: `Leave it out, or set cluster.releaseChannel to ${dnsCaptureChannel}`,
        },
      ]
    : [];
}

/** From this version on new ACK clusters have Gateway API 1.5.1, with which older meshes do not work (ACK's notes on 1.36). */
const gatewayApiOfAck = { since: [1, 36], asm: [1, 26], istio: [1, 29, 2] };

/** Versions of the mesh's control planes, as far as the settings say them, and the setting that does. */
export function meshVersions(mesh: MeshSettings): { version: string; path: string }[] {
  if (mesh.kind === "istio") return versionsOf(mesh);
  return mesh.kind === "asm" && mesh.version !== undefined ? [{ version: mesh.version, path: "mesh.version" }] : [];
}

/** A mesh that does not work with what an ACK cluster of this version brings. */
export function versionProblems(mesh: MeshSettings, cluster: ClusterSettings): Problem[] {
  if (cluster.cloud !== "ack" || mesh.kind === "cloud-service-mesh") return [];
  const { since, [mesh.kind]: least } = gatewayApiOfAck;
  const isNew = cluster.version === undefined || !isOlder(cluster.version, since);
  const old = isNew ? meshVersions(mesh).filter(({ version }) => isOlder(version, least)) : [];
  return [...new Map(old.map((one) => [one.path, one])).values()].map(({ version, path }) => ({
    path,
    value: version,
    reason: `does not work with Gateway API 1.5.1, which clusters on ACK have from Kubernetes ${since.join(".")} on`,
    instead: `Write ${least.join(".")} or later, or a cluster.version below ${since.join(".")}`,
  }));
}

/** Revisions of the mesh, tags, and those who name one: the gateway and namespaces. */
export function meshRevisionProblems({ mesh, gateway, namespaces }: Pick<Settings, "mesh" | "gateway" | "namespaces">) {
  const all = [
    { path: "gateway.revision", value: gateway.revision, injection: true },
    ...namespaces.map(({ revision, injection }, i) => ({
      path: `namespaces[${i}].revision`,
      value: revision,
      injection,
    })),
  ];
  const uses = all.flatMap(({ value, ...use }) => (value === undefined ? [] : [{ ...use, value }]));
  const withoutSidecars: Problem[] = uses
    .filter(({ injection }) => !injection)
    .map(({ path, value }) => ({
      path,
      value,
      reason: "names the control plane of sidecars, and injection is false",
      instead: "Leave it out",
    }));
  if (mesh.kind === "istio") return [...revisionProblems(mesh, uses), ...withoutSidecars];
  return uses.map(({ path, value }): Problem => ({
    path,
    value,
    reason: `needs mesh.kind istio: of ${mesh.kind} the cloud chooses the revisions`,
    instead: "Leave it out",
  }));
}

/** Whether sidecars come from control planes with names. */
export function hasRevisions(mesh: MeshSettings): boolean {
  return mesh.kind === "istio" && namesRevisions(mesh);
}

/** A fleet's workload identity pool decides the trust domain of Cloud Service Mesh; it takes no other. */
export function fleetTrustDomain(project: string): string {
  return `${project}.svc.id.goog`;
}

/** What an edition of ASM does not have. Set there, the provider leaves it out silently. */
export function editionProblems(mesh: MeshSettings): Problem[] {
  return mesh.kind === "asm" && mesh.cni && mesh.edition === "standard"
    ? [
        {
          path: "mesh.cni",
          value: true,
          reason: "is not in the standard edition of ASM",
          instead: "Leave it out, or set mesh.edition to enterprise or ultimate",
        },
      ]
    : [];
}

/** Whether the stack makes the mesh. Of a mesh that exists, everything that holds for the whole of it is someone else's. */
export function makesMesh(mesh: Pick<MeshSettings, "kind"> & { install?: boolean }): boolean {
  return mesh.kind !== "istio" || mesh.install !== false;
}

/** Whether Gateways are scoped to their namespace: only Istio's own control plane is told so here. */
export function scopesGateways(mesh: MeshSettings): boolean {
  return mesh.kind === "istio" && mesh.scopeGateways;
}
