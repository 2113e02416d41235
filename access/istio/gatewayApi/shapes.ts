import type { LabelSelector } from "../../model/labels.js";
import type { TargetRef } from "../config/shapes.js";

/** The fields of the Gateway API's resources that decide a path. */

export interface GatewayListener {
  name?: string;
  hostname?: string;
  port?: number;
  protocol?: string;
  tls?: { mode?: "Terminate" | "Passthrough"; options?: Record<string, string>; certificateRefs?: { name?: string }[] };
  allowedRoutes?: {
    namespaces?: { from?: "All" | "Same" | "Selector" | "None"; selector?: LabelSelector };
    kinds?: { kind?: string }[];
  };
}

export interface KubernetesGatewaySpec {
  gatewayClassName?: string;
  listeners?: GatewayListener[];
  addresses?: { type?: string; value?: string }[];
  infrastructure?: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    parametersRef?: { name?: string };
  };
}

export interface ParentRef extends TargetRef {
  sectionName?: string;
  port?: number;
}

export interface BackendRef extends TargetRef {
  port?: number;
  weight?: number;
}

export interface KubernetesRouteSpec {
  parentRefs?: ParentRef[];
  hostnames?: string[];
  rules?: { backendRefs?: BackendRef[] }[];
}
