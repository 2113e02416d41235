export { EngineError, type OperationResult, type Progress, type ResourceChange } from "./events.js";
export { pluginFile, preparePulumiHome } from "./pulumiHome.js";
export { offline, openStack, type LabStack, type StackOptions } from "./stack.js";
