import { z } from "zod";
import { cidr } from "./formats.js";
import { outside, overlapping, type RangeProblem } from "./ranges.js";

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
  deleteUnreachable,
});

const ackNodes = (what: string, nodes: number) =>
  z
    .strictObject({
      instanceTypes: z.array(z.string()).min(1).describe("Instance types to choose from, such as `ecs.g7.xlarge`."),
      nodes: z.int().min(1).default(nodes).describe("Number of nodes over all zones."),
      diskGib: z.int().min(40).default(120).describe("System disk, in GiB."),
    })
    .describe(what);

const ackZone = z.strictObject({
  zone: z.string().describe("Zone, such as `cn-hangzhou-i`."),
  nodes: cidr.describe("Range of the nodes."),
  pods: cidr.describe("Range of the pods."),
  gateway: cidr.describe("Range of the gateway nodes and their pods: what a database's allow-list names."),
  databases: cidr.optional().describe("Range of databases created with the cluster."),
});

const ack = z.strictObject({
  cloud: z.literal("ack"),
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
  version: z.string().optional().describe("Version of Kubernetes. Default: what the cloud offers."),
  clusterSpec: z.string().default("ack.pro.small").describe("Class of the control plane."),
  nodePool: ackNodes("Nodes for workloads.", 3),
  gatewayPool: ackNodes("Nodes for egress gateways only.", 2),
  publicEndpoint: z
    .boolean()
    .default(false)
    .describe("Put the API server on the Internet too. Default: it answers inside the VPC only."),
  imageRanges: z
    .array(cidr)
    .default(["0.0.0.0/0"])
    .describe("Ranges outside the VPC that nodes may open TLS connections to, for images."),
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
    ctx.addIssue({ code: "custom", path, message: `${reason}|${instead}` });
}

/** `cluster`: where everything runs. */
export const clusterSchema = z.discriminatedUnion("cloud", [
  ack.superRefine((settings, ctx) => report(ctx, ackRangeProblems(settings))),
  existing,
]);
export type ClusterSettings = z.output<typeof clusterSchema>;
