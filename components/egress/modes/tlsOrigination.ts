import { credentialAccess } from "../../gateway/proxyDeployment.js";
import { callersPolicy } from "../callersPolicy.js";
import { databaseRule, hopRules } from "../destinationRules.js";
import type { Endpoint } from "../endpoint.js";
import { gatewayServer } from "../gatewayServer.js";
import { route } from "../route.js";
import { serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/** Plain from the application, mutual TLS to the gateway, and TLS that the gateway opens to the database. */
export const tlsOrigination: Mode = (path) => [
  serviceEntry(path, "TCP"),
  ...gatewayServer(path, "ISTIO_MUTUAL"),
  ...hopRules(path, { mode: "ISTIO_MUTUAL", sni: path.endpoint.host }),
  route(path, { mesh: "tcp", gateway: "tcp" }),
  ...callersPolicy(path, { callers: true, sni: path.endpoint.host }),
  databaseRule(path, upstreamTls(path.endpoint)),
  ...(credentialName(path.endpoint)
    ? credentialAccess(path.gateway, `${path.gateway.name}-credentials-of-${path.endpoint.name}`)
    : []),
];

function credentialName({ tls }: Endpoint): string | undefined {
  return tls.clientCredential ?? tls.caCredential;
}

/** Both names are set: without `sni` some servers answer with another certificate, without `subjectAltNames` any passes. */
function upstreamTls(endpoint: Endpoint) {
  const { host, tls } = endpoint;
  return {
    mode: tls.clientCredential ? ("MUTUAL" as const) : ("SIMPLE" as const),
    credentialName: credentialName(endpoint),
    sni: tls.sni ?? host,
    subjectAltNames: tls.subjectAltNames ?? [host],
  };
}
