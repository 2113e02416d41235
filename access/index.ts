/** The access analysis: manifests in, reach out. Pure functions: nothing here reads files, prints, or talks to a cluster. */
export { analyse, explain } from "./analyse.js";
export { checkAssertions } from "./assertions.js";
export { diffReach } from "./diff.js";
export { auditMtls } from "./mtls.js";
export { meshLimits } from "./mesh/limits.js";
export { networkLimits } from "./network/limits.js";
export * from "./model.js";
