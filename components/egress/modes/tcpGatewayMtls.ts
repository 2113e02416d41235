import { applicationTlsCheck } from "../applicationTls.js";
import { callersPolicy } from "../callersPolicy.js";
import { databaseRule, hopRules } from "../destinationRules.js";
import { gatewayServer } from "../gatewayServer.js";
import { route } from "../route.js";
import { serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/** Through the gateway inside mutual TLS. The outer SNI is the database's host: by it the gateway picks server and rule. */
export const tcpGatewayMtls: Mode = (path) => [
  serviceEntry(path, "TCP"),
  ...gatewayServer(path, "ISTIO_MUTUAL"),
  ...hopRules(path, { mode: "ISTIO_MUTUAL", sni: path.endpoint.host }),
  route(path, { mesh: "tcp", gateway: "tcp" }),
  ...callersPolicy(path, { callers: true, sni: path.endpoint.host }),
  ...applicationTlsCheck(path, path.endpoint.host),
  databaseRule(path),
];
