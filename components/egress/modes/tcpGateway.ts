import { applicationTlsCheck } from "../applicationTls.js";
import { callersPolicy } from "../callersPolicy.js";
import { databaseRule, hopRules } from "../destinationRules.js";
import { gatewayServer } from "../gatewayServer.js";
import { route } from "../route.js";
import { serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/** Through the gateway without TLS on the hop: distinguished by a port of its own, and by nothing else. */
export const tcpGateway: Mode = (path) => [
  serviceEntry(path, "TCP"),
  ...gatewayServer(path, "none"),
  ...hopRules(path, { mode: "DISABLE" }),
  route(path, { mesh: "tcp", gateway: "tcp" }),
  ...callersPolicy(path, { callers: false }),
  ...applicationTlsCheck(path, undefined),
  databaseRule(path),
];
