import type { GatewaySettings } from "../../settings/gateway.js";
import type { NodePlacement } from "../cluster/cluster.js";
import type { Forwarder } from "../egress/forwarder.js";
import type { Gateway } from "./gateway.js";

/** All that decides how an egress gateway is rendered. */
export interface GatewayShape {
  gateway: Gateway;
  settings: GatewaySettings;
  nodes?: NodePlacement;
  forwarders: Forwarder[];
  /** Whether proxies give the statistics that alerts read. */
  statistics: boolean;
}
