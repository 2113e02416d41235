import { z } from "zod";
import { accessSchema } from "./access.js";
import { clusterSchema } from "./cluster.js";
import { databasesSchema } from "./databases.js";
import { gatewaySchema } from "./gateway.js";
import { ingressSchema } from "./ingress.js";
import { meshSchema } from "./mesh.js";
import { mutualTlsSchema } from "./mutualTls.js";
import { namespacesSchema } from "./namespaces.js";
import { networkSchema } from "./network.js";
import { observabilitySchema } from "./observability.js";
import { rbacSchema } from "./rbac.js";
import { type WorkloadSettings, workloadsSchema } from "./workloads.js";

/** The config of a stack: one key per layer. Types, defaults, editor schema and reference all come from here. */
export const settingsSchema = z.strictObject({
  cluster: clusterSchema.describe("The cluster: created on GKE or ACK, or one that exists."),
  mesh: meshSchema.describe("The service mesh."),
  gateway: gatewaySchema.prefault({}).describe("The egress gateway."),
  namespaces: namespacesSchema.describe("Namespaces and their injection."),
  databases: databasesSchema.describe("Databases outside the cluster and who may reach them."),
  mutualTls: mutualTlsSchema.prefault({}).describe("What workloads accept from each other."),
  network: networkSchema.prefault({}).describe("Who may talk to whom."),
  ingress: ingressSchema.prefault({}).describe("How clients outside come in, over HTTPS."),
  rbac: rbacSchema.describe("Who may do what at the API server."),
  observability: observabilitySchema.prefault({}).describe("What proxies tell of the traffic."),
  workloads: workloadsSchema.describe("What runs in the namespaces."),
  access: accessSchema.prefault({}).describe("Promises about who reaches what."),
});

/** Settings as the schema alone makes them. */
export type ParsedSettings = z.output<typeof settingsSchema>;

/** Checked settings of a stack, defaults filled in and manifest files read. See docs/settings.md. */
export interface Settings extends Omit<ParsedSettings, "workloads" | "mesh"> {
  /** With DNS capture and CNI plug-in as the cluster has them. */
  mesh: ParsedSettings["mesh"] & { dnsCapture: boolean; cni: boolean };
  workloads: WorkloadSettings[];
}
