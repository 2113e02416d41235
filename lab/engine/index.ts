export { EngineError, type OperationResult, type Progress, type ResourceChange } from "./events.js";
export { startProviders, type Providers, type ProvidersOptions, type Substitute } from "./providers.js";
export { openStack, type LabStack, type StackOptions } from "./stack.js";
