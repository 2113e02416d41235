export { chartsBelow } from "./charts.js";
export { startInventedCloud, type InventedCloudOptions } from "./inventedCloud.js";
export type { RunningProvider } from "./protocol.js";
export { startKubernetesProvider, type KubernetesProviderOptions } from "./server.js";
