import type { MeshFacts } from "./mesh.js";

/** What the upper layers need to know of a mesh before it exists. No cloud's SDK is loaded for it. */

/** Name of the tracing provider that Telemetry resources refer to. */
export const tracingProvider = "traces";

/** Istio from its charts: the control plane runs in the cluster. */
export function istioFacts(args: {
  namespace: string;
  trustDomain: string;
  dnsCapture: boolean;
  revision?: string;
  tracing?: object;
}): MeshFacts {
  return {
    kind: "istio",
    rootNamespace: args.namespace,
    trustDomain: args.trustDomain,
    injectionLabels: args.revision ? { "istio.io/rev": args.revision } : { "istio-injection": "enabled" },
    injectionAnnotations: {},
    dnsCapture: args.dnsCapture,
    // 15012 carries configuration and certificates, both under TLS.
    controlPlane: { namespace: args.namespace, podLabels: { app: "istiod" }, ports: [15012] },
    tracingProvider: args.tracing && tracingProvider,
  };
}

/** ASM: the control plane is managed, and reached over the network. */
export function asmFacts(args: { dnsCapture?: boolean; trustDomain?: string; controlPlaneCidr: string }): MeshFacts {
  return {
    kind: "asm",
    rootNamespace: "istio-system",
    trustDomain: args.trustDomain ?? "cluster.local",
    injectionLabels: { "istio-injection": "enabled" },
    injectionAnnotations: {},
    dnsCapture: args.dnsCapture ?? true,
    remoteControlPlane: { ranges: [args.controlPlaneCidr], ports: [15012] },
  };
}
