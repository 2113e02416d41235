import { callersPolicyOf, gatewayNamespace, type GatewaySettings } from "../../settings/gateway.js";
import type { MeshFacts } from "../mesh/mesh.js";

/** What database egress needs of an egress gateway. Plain values, so that traffic modes stay pure. */
export interface Gateway {
  /** Name of the gateway and prefix of what belongs to it. */
  name: string;
  /** Namespace of its pods, and of the databases' Istio resources. */
  namespace: string;
  /** Labels of its pods. */
  selector: Record<string, string>;
  /** Fully qualified name of its Service. */
  host: string;
  /** Port that all databases share, distinguished by SNI. */
  sharedPort: number;
  /** What checks a client's identity after the handshake. */
  callersPolicy: NonNullable<GatewaySettings["callersPolicy"]>;
  /** Name that tells the databases of this stack from those of others, where another stack owns the gateway. */
  tenant?: string;
}

/** The gateway's facts before it exists; ASM decides namespace and Service name itself. */
export function gatewayOf(
  settings: Pick<GatewaySettings, "name" | "namespace" | "sharedPort" | "callersPolicy" | "tenant">,
  mesh: MeshFacts,
): Gateway {
  const { name, sharedPort, tenant } = settings;
  const callersPolicy = callersPolicyOf(settings, mesh);
  const namespace = gatewayNamespace(settings, mesh.kind);
  const service = mesh.kind === "asm" ? `istio-${name}` : name;
  const host = `${service}.${namespace}.svc.cluster.local`;
  const own = tenant === undefined ? {} : { tenant };
  return { name, namespace, selector: { istio: name }, host, sharedPort, callersPolicy, ...own };
}
