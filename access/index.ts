/** The access analysis: manifests in, reach out. Pure functions: nothing here reads files, prints, or talks to a cluster. */
export { analyse, explain } from "./analyse.js";
export { checkAssertions, describePair } from "./assertions.js";
export { type ProgramReach, reachOf } from "./reachOf.js";
export type { Limit } from "./limits.js";
export { kindKey, namespaceOf } from "./model/world.js";
export { makesPods } from "./model/podOwners.js";
export { type Connection, parseLine } from "./usage/accessLog.js";
export { type Allowed, type Client, type Seen, type Usage, UsageCounter } from "./usage/usage.js";
export { meshOptionsOf } from "./istio/config/differences.js";
export { nameOf, objectName } from "./model/objectName.js";
export { problemAt } from "./model/problem.js";
export { diffReach } from "./diff.js";
export {
  celText,
  hostVariables,
  leavesHostsAlone,
  leavesReservedAlone,
  namespaceNameLabel,
  selectsOtherPods,
} from "./istio/admission.js";
export { meshLimits } from "./istio/meshLimits.js";
export { networkLimits } from "./network/networkLimits.js";
export * from "./messages/index.js";
export * from "./model/model.js";
export { filled, isIncomplete, type Placeholder, placeholdersIn, written } from "./model/placeholder.js";
