import { applicationTlsCheck } from "../applicationTls.js";
import { callersPolicy } from "../callersPolicy.js";
import { databaseRule, hopRules } from "../destinationRules.js";
import { gatewayServer } from "../gatewayServer.js";
import { route } from "../route.js";
import { serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/** The application's own TLS inside mutual TLS to the gateway, which knows the caller and sees only the outer SNI. */
export const tlsGatewayMtls: Mode = (path) => [
  serviceEntry(path, "TLS"),
  ...gatewayServer(path, "ISTIO_MUTUAL"),
  ...hopRules(path, { mode: "ISTIO_MUTUAL", sni: path.endpoint.host }),
  route(path, { mesh: "tls", gateway: "tcp" }),
  ...callersPolicy(path, { callers: true, sni: path.endpoint.host }),
  ...applicationTlsCheck(path, path.endpoint.host),
  databaseRule(path),
];
