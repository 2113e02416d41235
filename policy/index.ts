import { PolicyPack, type PolicyResource, type StackValidationPolicy } from "@pulumi/policy";
import { type ReachConfig, violations } from "./violations.js";

/** Judges who reaches which database from the Kubernetes resources of any stack. */
const reach: StackValidationPolicy = {
  name: "reach",
  description: "Access assertions hold for the Kubernetes resources of the stack.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      assert: { type: "array", items: { type: "object" }, description: "Access assertions, as in docs/access.md." },
      mesh: { type: "object", description: "What manifests do not say of the mesh, such as outboundTrafficPolicy." },
    },
  },
  validateStack: ({ resources, getConfig }, report) => {
    const read = resources.map(({ type, name, props }: PolicyResource) => ({ type, name, props }));
    for (const text of violations(read, getConfig<ReachConfig>())) report(text);
  },
};

new PolicyPack("mesh-egress", { policies: [reach] });
