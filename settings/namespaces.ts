import { z } from "zod";
import { cpu, labels, memory, objectName } from "./formats.js";

const namespace = z.strictObject({
  name: objectName.describe("Name of the namespace."),
  injection: z.boolean().default(true).describe("Give its pods a sidecar."),
  revision: objectName
    .optional()
    .describe(
      "Revision, or tag, of `mesh.revisions` and `mesh.tags` whose sidecars its pods get when they start. Default: `mesh.defaultRevision`.",
    ),
  podSecurity: z
    .enum(["restricted", "baseline", "privileged"])
    .optional()
    .describe(
      "Pod Security level. Default: baseline; privileged where sidecars are injected without a CNI plug-in, because their init container needs NET_ADMIN, which baseline forbids. A namespace that exists keeps its own until you set it.",
    ),
  management: z
    .enum(["create", "adopt", "use"])
    .default("create")
    .describe(
      "`create` it; `adopt` one that exists, which labels it for injection; or `use` one that exists as it is, labels included: what is written here is then what its labels are assumed to be.",
    ),
  labels: labels.default({}).describe("Further labels."),
  importsFrom: z
    .union([z.enum(["declared", "all"]), z.array(objectName)])
    .optional()
    .describe(
      "Namespaces whose services and routes its sidecars take over, besides its own. `declared`: the gateway's, the control plane's, DNS, the trace collector's, and those that `network.flows` names. A list: these too. `all`: any namespace, so that an older VirtualService or ServiceEntry of another team can divert its connections. Default: declared for a namespace that the stack creates, all for one that exists.",
    ),
  podGuard: z
    .boolean()
    .optional()
    .describe(
      "Write an admission policy for its pods: none on the node's network or with its files, privileged, with the sidecar's user, with annotations that take connections from the sidecar, or with debug containers. Kubernetes 1.30 or later. Default: true for a namespace with injection that the stack creates and that has clients of a database; not where another stack owns the gateway.",
    ),
  quota: z
    .strictObject({
      pods: z.int().min(1).optional().describe("Most pods. Default: no limit."),
      cpu: cpu.optional().describe("Most CPU all pods request, such as `8`. Default: no limit."),
      memory: memory.optional().describe("Most memory all pods request, such as `16Gi`. Default: no limit."),
    })
    .optional()
    .describe("ResourceQuota of the namespace."),
});

/** `namespaces`: where workloads run, and whether the mesh sees them. */
export const namespacesSchema = z.array(namespace).default([]);
export type NamespaceSettings = z.output<typeof namespacesSchema>[number];
