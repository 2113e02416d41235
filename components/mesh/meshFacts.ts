import { googleApis } from "../../settings/googleApis.js";
import { fleetTrustDomain } from "../../settings/mesh.js";
import { defaultRevisionOf, unnamedRevision } from "../../settings/revisions.js";
import type { MeshFacts, TraceCollector } from "./mesh.js";

/** What the upper layers need to know of a mesh before it exists. No cloud's SDK is loaded for it. */

/** Name of the tracing provider that Telemetry resources refer to. */
export const tracingProvider = "traces";

/** Labels of a namespace whose pods get sidecars of a revision, or of the revision that a tag stands for. */
export function injectionLabels(revision: string): Record<string, string> {
  return revision === unnamedRevision ? { "istio-injection": "enabled" } : { "istio.io/rev": revision };
}

/** Istio from its charts: the control plane runs in the cluster. */
export function istioFacts(args: {
  namespace: string;
  trustDomain: string;
  dnsCapture: boolean;
  scopeGateways?: boolean;
  revisions?: readonly { name: string }[];
  defaultRevision?: string;
  tracing?: { service: string; port: number };
}): MeshFacts {
  return {
    kind: "istio",
    rootNamespace: args.namespace,
    trustDomain: args.trustDomain,
    injectionLabels: injectionLabels(defaultRevisionOf(args)),
    injectionAnnotations: {},
    dnsCapture: args.dnsCapture,
    scopeGateways: args.scopeGateways ?? false,
    // 15012 carries configuration and certificates, both under TLS.
    controlPlane: { namespace: args.namespace, podLabels: { app: "istiod" }, ports: [15012] },
    tracingProvider: args.tracing && tracingProvider,
    traceCollector: args.tracing && traceCollector(args.tracing),
  };
}

/** A Service's namespace stands in its name: `collector.observability.svc.cluster.local`. */
const serviceHost = /^[^.]+\.(?<namespace>[^.]+)\.svc\./;

function traceCollector({ service, port }: { service: string; port: number }): TraceCollector | undefined {
  const namespace = serviceHost.exec(service)?.groups?.["namespace"];
  return namespace ? { namespace, ports: [port] } : undefined;
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
    scopeGateways: false,
    remoteControlPlane: { ranges: [args.controlPlaneCidr], ports: [15012] },
  };
}

/** Where a GKE node's metadata server gives a pod its identity; Dataplane V2 sees the second address, not the first. */
const metadataServer = { ranges: ["169.254.169.254/32", "169.254.169.252/32"], ports: [80, 988] };

/** Cloud Service Mesh: the control plane is a Google API. */
export function cloudServiceMeshFacts(args: {
  project: string;
  dnsCapture: boolean;
  servicePerimeter?: string;
}): MeshFacts {
  return {
    kind: "cloud-service-mesh",
    rootNamespace: "istio-system",
    trustDomain: fleetTrustDomain(args.project),
    // Maps to the revision of the cluster's channel. A label with the revision of another one would inject nothing.
    injectionLabels: { "istio-injection": "enabled" },
    injectionAnnotations: { "mesh.cloud.google.com/proxy": '{"managed":"true"}' },
    dnsCapture: args.dnsCapture,
    scopeGateways: false,
    remoteControlPlane: {
      ranges: [googleApis(args.servicePerimeter).range, ...metadataServer.ranges],
      ports: [443, ...metadataServer.ports],
    },
  };
}
