import type { IGateway } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { IService } from "kubernetes-models/v1";
import { callerIdentities, gatewayPort, gatewayService, type Path } from "./endpoint.js";
import type { Manifest } from "../manifest.js";

type Termination = "none" | "PASSTHROUGH" | "ISTIO_MUTUAL";

/**
 * Opens the gateway for one endpoint. In mutual TLS the handshake itself refuses everybody but the clients, so that a
 * server-first database such as MySQL sends unauthorized clients no handshake packet.
 */
export function gatewayServer(path: Path, termination: Termination, host = path.endpoint.host): Manifest[] {
  const { endpoint, gateway } = path;
  const number = gatewayPort(path);
  const identities = callerIdentities(path);
  const server: IGateway & Manifest = {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: endpoint.name, namespace: gateway.namespace },
    spec: {
      selector: gateway.selector,
      servers: [
        {
          port: {
            number,
            name: `${termination === "none" ? "tcp" : "tls"}-${endpoint.name}`,
            protocol: termination === "none" ? "TCP" : "TLS",
          },
          // Of this namespace alone: a VirtualService from another one could lead the database's connections elsewhere.
          hosts: [`./${host}`],
          ...(termination === "none" ? {} : { tls: { mode: termination, ...callers(termination, identities) } }),
        },
      ],
    },
  };
  return endpoint.gatewayPort ? [ownService(path, endpoint.gatewayPort), server] : [server];
}

function callers(termination: Termination, identities: string[] | undefined) {
  return termination === "ISTIO_MUTUAL" && identities ? { subjectAltNames: identities } : {};
}

/** A port of its own gets a Service of its own: the gateway's Service never changes when a database comes or goes. */
function ownService(path: Path, port: number): IService & Manifest {
  const { gateway } = path;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: gatewayService(path).name, namespace: gateway.namespace },
    spec: { selector: gateway.selector, ports: [{ name: "tcp", port, targetPort: port, protocol: "TCP" }] },
  };
}
