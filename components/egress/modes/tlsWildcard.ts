import { callersPolicy } from "../callersPolicy.js";
import { hopRules } from "../destinationRules.js";
import { envoyForwarder } from "../envoyForwarder.js";
import { forwarderOf } from "../forwarder.js";
import { gatewayServer } from "../gatewayServer.js";
import { route } from "../route.js";
import { forwarderEntry, serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/**
 * Any host of a wildcard through the gateway. The outer SNI is a name made up for the group, to which the caller's
 * identity is bound; behind the gateway a forwarder on its loopback interface reads the inner SNI, keeps it inside the
 * group, and looks the address up itself, so that neither name nor address can be forged.
 */
export const tlsWildcard: Mode = (path) => {
  const forwarder = forwarderOf(path.endpoint);
  return [
    serviceEntry(path, "TLS"),
    forwarderEntry(path, forwarder.host, forwarder.port),
    ...gatewayServer(path, "ISTIO_MUTUAL", forwarder.host),
    ...hopRules(path, { mode: "ISTIO_MUTUAL", sni: forwarder.host }),
    route(path, { mesh: "tls", gateway: "tcp", forwarder }),
    ...callersPolicy(path, { callers: true, sni: forwarder.host }),
    ...(path.endpoint.via === "envoy" ? [envoyForwarder(path, forwarder)] : []),
  ];
};
