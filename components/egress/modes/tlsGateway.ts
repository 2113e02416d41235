import { callersPolicy } from "../callersPolicy.js";
import { databaseRule, hopRules } from "../destinationRules.js";
import { gatewayServer } from "../gatewayServer.js";
import { route } from "../route.js";
import { serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/** The application's own TLS passed through the gateway by its SNI. The gateway does not learn who is calling. */
export const tlsGateway: Mode = (path) => [
  serviceEntry(path, "TLS"),
  ...gatewayServer(path, "PASSTHROUGH"),
  ...hopRules(path, { mode: "DISABLE" }),
  route(path, { mesh: "tls", gateway: "tls" }),
  ...callersPolicy(path, { callers: false, sni: path.endpoint.host }),
  databaseRule(path),
];
