import { z } from "zod";
import { refusal } from "./settingsMessages.js";
import { cidr, objectName } from "./formats.js";
import { googleApis } from "./googleApis.js";
import { keyPath, type Problem } from "./problem.js";
import { outside, overlapping, type RangeProblem, within } from "./ranges.js";

/** Address ranges and policy engine of a cluster: what NetworkPolicy and the access analysis must know. */
export interface ClusterNetwork {
  /** Range pods get their addresses from. */
  podCidr: string;
  /** Range Services get theirs from. */
  serviceCidr: string;
  /** What enforces NetworkPolicy; `none` means that nothing does. */
  policyEngine: "calico" | "dataplane-v2" | "terway" | "none";
}

const deleteUnreachable = z
  .boolean()
  .default(false)
  .describe("Forget objects, rather than fail, when the cluster cannot be reached any more.");

const registry = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)+$/, refusal("registry"))
  .optional()
  .describe(
    "Registry with copies of the images that pods take from public registries: Istio's, NGINX's, those of workloads. Each has there the last part of its name and its tag: `registry.example.com/team/curl:8.16.0` for `curlimages/curl:8.16.0`. Clusters in China need one. Default: the public registries.",
  );

const imageDigests = z
  .record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/, refusal("digest")))
  .default({})
  .describe(
    'Digests of images, by the image as it is written: `"nginx:1.28-alpine": sha256:…`. Every pod of the stack takes the image by its digest, so that a tag that moves changes nothing.',
  );

const existing = z.strictObject({
  cloud: z.literal("existing"),
  context: z.string().optional().describe("Context of the kubeconfig. Default: its current context."),
  kubeconfigSecret: z
    .string()
    .optional()
    .describe("Key under `secrets` with a kubeconfig. Default: the environment's."),
  podCidr: cidr.default("10.244.0.0/16").describe("Range of the pods."),
  serviceCidr: cidr.default("10.96.0.0/12").describe("Range of the Services."),
  policyEngine: z
    .enum(["calico", "dataplane-v2", "terway", "none"])
    .default("calico")
    .describe("What enforces NetworkPolicy there."),
  registry,
  imageDigests,
  deleteUnreachable,
});

const cloudName = (most: number) =>
  objectName.max(most).optional().describe("Name of the cluster in the cloud. Default: the name of the stack.");

const ackNodes = (what: string, nodes: number) =>
  z
    .strictObject({
      instanceTypes: z.array(z.string()).min(1).describe("Instance types to choose from, such as `ecs.g7.xlarge`."),
      nodes: z.int().min(1).default(nodes).describe("Number of nodes over all zones."),
      diskGib: z.int().min(40).default(120).describe("System disk, in GiB."),
    })
    .describe(what);

/** Networks from which the API server is reached, each with a name for people. */
const authorizedNetworks = (where: string, range: string) =>
  z
    .array(
      z.strictObject({
        name: z.string().describe("Name of the network, for the list in the cloud."),
        range: cidr.describe(range),
      }),
    )
    .default([])
    .describe(`Networks that may reach the API server ${where}: those from which \`pulumi up\` runs.`);

const ackZone = z.strictObject({
  zone: z.string().describe("Zone, such as `cn-hangzhou-i`."),
  nodes: cidr.describe("Range of the nodes."),
  pods: cidr.describe("Range of the pods."),
  gateway: cidr.describe("Range of the gateway nodes and their pods: what a database's allow-list names."),
  databases: cidr.optional().describe("Range of databases created with the cluster."),
});

/** A weekly time in which control plane and nodes may be upgraded. */
export interface MaintenanceWindow {
  /** Day of the week, in English. */
  weekday: string;
  /** When it starts, in China Standard Time: `03:00`. */
  start: string;
  /** How long it lasts. */
  hours: number;
}

export const defaultMaintenance: MaintenanceWindow = { weekday: "Thursday", start: "03:00", hours: 3 };

const maintenance = z.strictObject({
  weekday: z
    .enum(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
    .default("Thursday")
    .describe("Day of the week."),
  start: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, refusal("time-of-day"))
    .default(defaultMaintenance.start)
    .describe("When it starts, in China Standard Time."),
  hours: z.int().min(1).max(24).default(defaultMaintenance.hours).describe("How long it lasts, in hours."),
});

const ack = z.strictObject({
  cloud: z.literal("ack"),
  name: cloudName(63),
  region: z.string().describe("Region, such as `cn-hangzhou`."),
  zones: z
    .array(ackZone)
    .min(1)
    .describe(
      "Zones the cluster spreads over, each with its ranges. The NAT gateway stands in the first: add new ones at the end.",
    ),
  vpcId: z.string().optional().describe("An existing VPC. Default: a new one with `vpcCidr`."),
  vpcCidr: cidr.default("10.0.0.0/8").describe("Range of the VPC; every other range but `serviceCidr` lies in it."),
  podCidr: cidr
    .default("10.64.0.0/10")
    .describe("Range of all pods; the `pods` and `gateway` ranges of the zones lie in it."),
  serviceCidr: cidr.default("172.21.0.0/20").describe("Range of the Services, outside the VPC."),
  version: z
    .string()
    .optional()
    .describe(
      "Version of Kubernetes. With one, control plane and nodes are upgraded when it is changed. Default: what the cloud offers, and upgrades of both by the cloud, in its stable channel, during `maintenance`.",
    ),
  maintenance: maintenance.prefault({}).describe("When the cloud may upgrade and repair."),
  natBandwidthMbps: z
    .int()
    .min(1)
    .max(200)
    .default(200)
    .describe(
      "Mbit/s that each of the two public addresses of the NAT gateway carries at most. They are paid by traffic, so more costs nothing by itself.",
    ),
  clusterSpec: z.string().default("ack.pro.small").describe("Class of the control plane."),
  nodePool: ackNodes("Nodes for workloads.", 3),
  gatewayPool: ackNodes("Nodes for egress gateways only.", 2),
  endpoint: z
    .enum(["private", "public"])
    .default("private")
    .describe(
      "How the API server is reached: `private` by an address inside a VPC that existed before (`vpcId`), in which `pulumi up` runs; `public` by a load balancer on the Internet that answers `authorizedNetworks` only. ASM's own API server is reached the same way, but its public address answers everybody with a certificate: see docs/clouds/ack.md.",
    ),
  authorizedNetworks: authorizedNetworks("on the Internet", "Range of its public addresses."),
  imageRanges: z
    .array(cidr)
    .default(["0.0.0.0/0"])
    .describe("Ranges outside the VPC that nodes may open TLS connections to, for images."),
  registry,
  imageDigests,
  secretsKeyId: z.string().optional().describe("KMS key that encrypts Secrets in the control plane's store."),
  deletionProtection: z.boolean().default(true).describe("Refuse to delete the cluster."),
  kubeconfigMinutes: z
    .int()
    .min(15)
    .max(4320)
    .default(4320)
    .describe("Minutes a kubeconfig handed out by this program is valid."),
  deleteUnreachable,
});

const gkeNodes = (what: string, machineType: string, diskGib: number, why: string) =>
  z
    .strictObject({
      machineType: z.string().default(machineType).describe(`Machine type. ${why}`),
      nodesPerZone: z.int().min(1).default(1).describe("Number of nodes in each zone."),
      diskGib: z.int().min(20).default(diskGib).describe("Boot disk, in GiB."),
    })
    .prefault({})
    .describe(what);

const gke = z.strictObject({
  cloud: z.literal("gke"),
  name: cloudName(40),
  project: z
    .string()
    .regex(/^[a-z][-a-z0-9]{4,28}[a-z0-9]$/, refusal("project-id"))
    .describe("Project of the cluster. Workload identities are named after it."),
  region: z.string().describe("Region, such as `europe-west3`. The control plane has a replica in each of its zones."),
  zones: z.array(z.string()).min(1).optional().describe("Zones with nodes. Default: three that the cloud chooses."),
  network: z.string().optional().describe("An existing VPC of the project, by name or self link. Default: a new one."),
  nodeCidr: cidr.default("10.0.0.0/20").describe("Range of the nodes."),
  podCidr: cidr
    .default("10.64.0.0/14")
    .describe("Range of all pods; `workloadPodCidr` and `gatewayPodCidr` lie in it."),
  workloadPodCidr: cidr.default("10.64.0.0/15").describe("Range of the workloads' pods."),
  gatewayPodCidr: cidr
    .default("10.66.0.0/20")
    .describe("Range of the gateway nodes' pods: what a database's allow-list names."),
  serviceCidr: cidr.default("10.96.0.0/20").describe("Range of the Services."),
  databaseCidr: cidr.optional().describe("Range of databases created with the cluster. Default: none can be."),
  controlPlaneCidr: cidr
    .regex(/\/28$/, refusal("range-of-sixteen"))
    .default("172.16.0.0/28")
    .describe("Range of the control plane."),
  googleApisDns: z
    .boolean()
    .optional()
    .describe(
      "Answer names under googleapis.com inside the VPC with addresses that only a VPC routes, by a response policy. A VPC can have one. Default: true in a new VPC; false in `network`, where it changes what others resolve.",
    ),
  servicePerimeter: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Perimeter of VPC Service Controls that the project is in. Names under googleapis.com then resolve to restricted.googleapis.com, which serves resources inside the perimeter only. Default: none, and a pod that may open private.googleapis.com reaches resources of every project that its credentials admit it to.",
    ),
  policyEngine: z.enum(["dataplane-v2", "calico"]).default("dataplane-v2").describe("What enforces NetworkPolicy."),
  endpoint: z
    .enum(["dns", "private", "public"])
    .default("dns")
    .describe(
      "How the API server is reached: `dns` by a name, from any network, with Google credentials that hold container.clusters.connect; `private` by an address inside the VPC; `public` by a public address. The last two answer `authorizedNetworks` only.",
    ),
  authorizedNetworks: authorizedNetworks(
    "by address, besides the cluster's own nodes",
    "Range of its addresses; a private one with a private endpoint.",
  ),
  releaseChannel: z.enum(["RAPID", "REGULAR", "STABLE"]).default("REGULAR").describe("How early upgrades come."),
  nodePool: gkeNodes("Nodes for workloads.", "e2-standard-4", 100, "Four CPUs carry an application and its sidecars."),
  gatewayPool: gkeNodes(
    "Nodes for egress gateways only.",
    "e2-standard-2",
    50,
    "A gateway copies bytes, two CPUs suffice.",
  ),
  fleet: z
    .boolean()
    .default(true)
    .describe("Register the cluster in the project's fleet; Cloud Service Mesh needs it."),
  registry,
  imageDigests,
  secretsKey: z.string().optional().describe("Cloud KMS key that encrypts Secrets in the control plane's store."),
  deletionProtection: z.boolean().default(true).describe("Refuse to delete the cluster."),
  deleteUnreachable,
});

/** Ranges of a GKE cluster that are not where they must be. */
export function gkeRangeProblems(
  settings: Pick<
    z.output<typeof gke>,
    "nodeCidr" | "podCidr" | "workloadPodCidr" | "gatewayPodCidr" | "serviceCidr" | "controlPlaneCidr" | "databaseCidr"
  >,
): RangeProblem[] {
  const { databaseCidr, ...needed } = settings;
  const of = (key: keyof typeof needed) => ({ path: [key], range: needed[key] });
  const databases = databaseCidr === undefined ? [] : [{ path: ["databaseCidr"], range: databaseCidr }];
  return [
    ...outside([of("workloadPodCidr"), of("gatewayPodCidr")], of("podCidr")),
    ...overlapping([of("workloadPodCidr"), of("gatewayPodCidr")]),
    ...overlapping([of("podCidr"), of("nodeCidr"), of("serviceCidr"), of("controlPlaneCidr"), ...databases]),
  ];
}

/** Ranges that no public address is in. Google's API takes no other for a private endpoint ("is not a reserved network"). */
const privateRanges = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "198.18.0.0/15",
  "240.0.0.0/4",
];

/** An API server that the machine which runs `pulumi up` cannot reach. */
export function gkeEndpointProblems({
  endpoint,
  authorizedNetworks = [],
  network,
}: {
  endpoint?: "dns" | "private" | "public";
  authorizedNetworks?: { range: string }[];
  network?: unknown;
}): RangeProblem[] {
  if (endpoint !== "private" && endpoint !== "public") return [];
  const byName = "leave endpoint out: the DNS-based one answers any network, to Google credentials";
  if (authorizedNetworks.length === 0) {
    const where =
      endpoint === "public"
        ? "has a public address that admits no network, because authorizedNetworks is empty"
        : network === undefined
          ? "answers only inside a VPC that this stack creates, where nothing can run `pulumi up` yet"
          : "admits only the cluster's own nodes, because authorizedNetworks is empty";
    return [
      {
        path: ["endpoint"],
        reason: where,
        instead: `List under authorizedNetworks the range from which \`pulumi up\` runs, or ${byName}`,
      },
    ];
  }
  if (endpoint === "public") return [];
  return authorizedNetworks.flatMap(({ range }, index) =>
    privateRanges.some((each) => within(range, each))
      ? []
      : [
          {
            path: ["authorizedNetworks", index, "range"],
            reason: "is not a private range, and only those can be authorized for a private endpoint",
            instead: "Write the private range from which `pulumi up` reaches the VPC, or set endpoint to dns or public",
          },
        ],
  );
}

/** A VPC of another project: subnetwork, router and firewall rules are created in the cluster's. */
function networkProjectProblems({ network = "", project }: z.output<typeof gke>): RangeProblem[] {
  const owner = /(?:^|\/)projects\/([^/]+)\//.exec(network)?.[1];
  return owner === undefined || owner === project
    ? []
    : [
        {
          path: ["network"],
          reason: `is a VPC of project ${owner}, and the stack creates its subnetwork and NAT in ${project}`,
          instead: `Write a VPC of ${project}, or set project to ${owner}`,
        },
      ];
}

/**
 * A mesh whose control plane is a Google API, in a VPC where nobody has said what its names resolve to: policies open the
 * private addresses only.
 */
export function googleApisProblems(cluster: ClusterSettings, meshKind: string, isolates: boolean): Problem[] {
  if (cluster.cloud !== "gke" || meshKind !== "cloud-service-mesh" || !isolates) return [];
  const { range } = googleApis(cluster.servicePerimeter);
  return cluster.network !== undefined && cluster.googleApisDns === undefined
    ? [
        {
          path: "cluster.googleApisDns",
          reason: `is missing: isolated pods reach the mesh's control plane at ${range}, and ${cluster.network} is a VPC whose names this stack does not know`,
          instead:
            "Write true to answer googleapis.com with these addresses in the whole VPC, or false if the VPC does so already",
        },
      ]
    : [];
}

/** Fewest zones of a load balancer on the Internet: https://www.alibabacloud.com/help/en/slb/network-load-balancer. */
const leastPublicZones = 2;

/** An API server that the machine which runs `pulumi up` cannot reach, or that everybody can. */
export function ackEndpointProblems({
  endpoint = "private",
  authorizedNetworks = [],
  vpcId,
  zones,
}: {
  endpoint?: "private" | "public";
  authorizedNetworks?: { range: string }[];
  vpcId?: unknown;
  zones: readonly unknown[];
}): RangeProblem[] {
  const byInternet = "set endpoint to public and list under authorizedNetworks the range from which `pulumi up` runs";
  if (endpoint === "private")
    return [
      ...(vpcId === undefined
        ? [
            {
              path: ["endpoint"],
              reason: "answers only inside a VPC that this stack creates, where nothing can run `pulumi up` yet",
              instead: `Create the VPC and a machine in it first and write vpcId (docs/clouds/ack.md has the commands), or ${byInternet}`,
            },
          ]
        : []),
      ...(authorizedNetworks.length === 0
        ? []
        : [
            {
              path: ["authorizedNetworks"],
              reason: "is for a public endpoint; a private one answers the whole VPC",
              instead: "Leave it out, or set endpoint to public",
            },
          ]),
    ];
  return [
    ...(authorizedNetworks.length === 0
      ? [
          {
            path: ["endpoint"],
            reason: "has a public address that admits no network, because authorizedNetworks is empty",
            instead: "List under authorizedNetworks the range from which `pulumi up` runs",
          },
        ]
      : []),
    ...authorizedNetworks.flatMap(({ range }, index) =>
      privateRanges.some((each) => within(range, each))
        ? [
            {
              path: ["authorizedNetworks", index, "range"],
              reason: "is a private range, and a public endpoint sees public addresses only",
              instead: "Write the range from which `pulumi up` reaches the Internet, or set endpoint to private",
            },
          ]
        : [],
    ),
    ...(zones.length < leastPublicZones
      ? [
          {
            path: ["zones"],
            reason: "has one zone, and the load balancer of a public endpoint needs two",
            instead: "List a second zone, or set endpoint to private",
          },
        ]
      : []),
  ];
}

/**
 * Zones that are in another region than the cluster. A zone is called after its region: `europe-west3-a`, `cn-hangzhou-i`,
 * `ap-southeast-1a`. The cloud says so only when it creates the first thing in the zone.
 */
function zoneProblems(region: string, zones: { path: (string | number)[]; zone: string }[]): RangeProblem[] {
  return zones
    .filter(({ zone }) => !zone.startsWith(region) || !/^-?[a-z]$/.test(zone.slice(region.length)))
    .map(({ path }) => ({
      path,
      reason: `is not a zone of region ${region}`,
      instead: `Write one such as ${region}-a, or the region that it is in`,
    }));
}

/** Places of a GKE cluster that do not exist together. */
export function gkeZoneProblems({ region, zones = [] }: { region: string; zones?: string[] }): RangeProblem[] {
  const [, ofZone] = /^(.*\d)-[a-z]$/.exec(region) ?? [];
  if (ofZone !== undefined) return [{ path: ["region"], reason: "is a zone", instead: `Write its region, ${ofZone}` }];
  return zoneProblems(
    region,
    zones.map((zone, index) => ({ path: ["zones", index], zone })),
  );
}

/** Places of an ACK cluster that do not exist together. */
export function ackZoneProblems({ region, zones }: { region: string; zones: { zone: string }[] }): RangeProblem[] {
  return zoneProblems(
    region,
    zones.map(({ zone }, index) => ({ path: ["zones", index, "zone"], zone })),
  );
}

/** Ranges of an ACK cluster that are not where they must be. */
export function ackRangeProblems({
  zones,
  vpcCidr,
  podCidr,
  serviceCidr,
}: Pick<z.output<typeof ack>, "zones" | "vpcCidr" | "podCidr" | "serviceCidr">): RangeProblem[] {
  const vpc = { path: ["vpcCidr"], range: vpcCidr };
  const pods = { path: ["podCidr"], range: podCidr };
  const of = (purposes: ("nodes" | "pods" | "gateway" | "databases")[]) =>
    zones.flatMap((zone, index) =>
      purposes.flatMap((purpose) => {
        const range = zone[purpose];
        return range === undefined ? [] : [{ path: ["zones", index, purpose], range }];
      }),
    );
  return [
    ...outside([pods, ...of(["nodes", "databases"])], vpc),
    ...outside(of(["pods", "gateway"]), pods),
    // The default database rule of NetworkPolicy leaves pods out, so a database among them could not be reached.
    ...overlapping([pods, ...of(["nodes", "databases"])]),
    ...overlapping(of(["pods", "gateway"])),
    ...overlapping([vpc, { path: ["serviceCidr"], range: serviceCidr }]),
  ];
}

/** Reports each problem at the key it is about. */
function report(ctx: z.RefinementCtx, problems: RangeProblem[]): void {
  for (const { path, reason, instead } of problems)
    ctx.addIssue({ code: "custom", path, message: reason, params: { reason, instead } });
}

/** `cluster`: where everything runs. */
export const clusterSchema = z.discriminatedUnion("cloud", [
  gke.superRefine((settings, ctx) =>
    report(ctx, [
      ...gkeZoneProblems(settings),
      ...networkProjectProblems(settings),
      ...gkeRangeProblems(settings),
      ...gkeEndpointProblems(settings),
    ]),
  ),
  ack.superRefine((settings, ctx) => report(ctx, [...ackZoneProblems(settings), ...ackRangeProblems(settings)])),
  existing,
]);
export type ClusterSettings = z.output<typeof clusterSchema>;

/** An API server that `pulumi up` could not reach, as a problem of the whole settings. */
export function reachProblems(cluster: ClusterSettings): Problem[] {
  return cluster.cloud === "ack"
    ? ackEndpointProblems(cluster).map(({ path, ...rest }) => ({ path: keyPath(["cluster", ...path]), ...rest }))
    : [];
}

/**
 * A provider that is set to another region than the cluster's, whose zones it would not find.
 *
 * @param config the config values of a stack, unchecked
 * @param providers config values of providers, such as `alicloud:region`
 */
export function regionProblems(config: Record<string, unknown>, providers: Record<string, unknown>): Problem[] {
  const { cloud, region } = (config["cluster"] ?? {}) as { cloud?: unknown; region?: unknown };
  const given = providers["alicloud:region"];
  return cloud === "ack" && typeof region === "string" && given !== undefined && given !== region
    ? [
        {
          path: "alicloud:region",
          value: given,
          reason: `is another region than cluster.region, ${region}, where the zones of the cluster are`,
          instead: "Write the same region under both",
        },
      ]
    : [];
}

/** Address ranges and policy engine of the cluster that the settings describe. */
export function clusterNetwork(cluster: ClusterSettings): ClusterNetwork {
  const { podCidr, serviceCidr } = cluster;
  return { podCidr, serviceCidr, policyEngine: cluster.cloud === "ack" ? "terway" : cluster.policyEngine };
}

/** Ranges that databases created with the cluster get their addresses from. */
export function databaseRanges(cluster: ClusterSettings): string[] {
  switch (cluster.cloud) {
    case "gke":
      return cluster.databaseCidr === undefined ? [] : [cluster.databaseCidr];
    case "ack":
      return cluster.zones.flatMap(({ databases }) => databases ?? []);
    case "existing":
      return [];
  }
}

/** Ranges the gateway's pods get their addresses from; empty where they share the others'. */
export function gatewayRanges(cluster: ClusterSettings): string[] {
  switch (cluster.cloud) {
    case "gke":
      return [cluster.gatewayPodCidr];
    case "ack":
      return cluster.zones.map(({ gateway }) => gateway);
    case "existing":
      return [];
  }
}

/** Ranges the workloads' pods get theirs from. */
export function workloadRanges(cluster: ClusterSettings): string[] {
  switch (cluster.cloud) {
    case "gke":
      return [cluster.workloadPodCidr];
    case "ack":
      return cluster.zones.map(({ pods }) => pods);
    case "existing":
      return [cluster.podCidr];
  }
}
