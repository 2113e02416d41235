import { z } from "zod";
import { cidr } from "./formats.js";

/** Address ranges and policy engine of a cluster: what NetworkPolicy and the access analysis must know. */
export interface ClusterNetwork {
  /** Range pods get their addresses from. */
  podCidr: string;
  /** Range Services get theirs from. */
  serviceCidr: string;
  /** What enforces NetworkPolicy; `none` means that nothing does. */
  policyEngine: "calico" | "dataplane-v2" | "terway" | "none";
}

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
});

export const clusterSchema = z.discriminatedUnion("cloud", [existing]);
export type ClusterSettings = z.output<typeof clusterSchema>;
