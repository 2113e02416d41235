import type { TraceCollector } from "../../mesh/mesh.js";
import type { DnsPeer } from "../clusterDns.js";
import type { Metadata } from "../metadata.js";
import type { ControlPlanePeer } from "../networkIsolation.js";

/** What policies for the whole cluster say, whichever engine reads them. */
export interface GlobalPolicyArgs {
  /** Namespaces left alone. */
  exceptNamespaces: string[];
  dns: DnsPeer;
  controlPlane?: ControlPlanePeer;
  traceCollector?: TraceCollector;
  /** What no namespace may open. */
  denied: Metadata;
}
