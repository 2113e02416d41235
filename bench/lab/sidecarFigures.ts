import type { GatewaySettings } from "../../settings/gateway.js";

/** Names of figures and series of the part on sidecars, which the table of what was mended looks up. */
export const gatewayConfiguration = "Configuration of the gateway";
export const gatewayMemory = "Memory of the gateway";

export const ourStyle = (callersPolicy: GatewaySettings["callersPolicy"]): string =>
  `ours, callersPolicy ${callersPolicy}`;
