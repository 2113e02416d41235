import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** What the upper layers need of a mesh, whichever product it is. Plain values, so that renderers stay pure. */
export interface MeshFacts {
  /** Product: decides gateway rendering and which resources may exist. */
  kind: "istio" | "asm" | "cloud-service-mesh";
  /** Namespace whose policies hold for the whole mesh. */
  rootNamespace: string;
  /** SPIFFE trust domain of workload identities. */
  trustDomain: string;
  /** Namespace labels that switch injection on. */
  injectionLabels: Record<string, string>;
  /** Namespace annotations that go with injection. */
  injectionAnnotations: Record<string, string>;
  /** Whether sidecars answer DNS themselves, so that every ServiceEntry can have an address of its own. */
  dnsCapture: boolean;
  /** Whether a gateway's pods obey Gateways of their own namespace only (PILOT_SCOPE_GATEWAY_TO_NAMESPACE). */
  scopeGateways: boolean;
  /** Namespaces and labels of the control plane that proxies must reach, with its ports. Undefined when it is outside the cluster. */
  controlPlane?: {
    /** Namespace of its pods. */
    namespace: string;
    /** Labels of its pods. */
    podLabels: Record<string, string>;
    /** Ports of its pods. */
    ports: number[];
  };
  /** Addresses and ports of a control plane outside the cluster that proxies must reach. */
  remoteControlPlane?: {
    /** Address ranges. */
    ranges: string[];
    /** Ports. */
    ports: number[];
  };
  /** Name of the extension provider that takes traces, for Telemetry; undefined when there is none. */
  tracingProvider?: string;
  /** Namespace and ports of the pods behind that provider. Undefined when it is outside the cluster. */
  traceCollector?: TraceCollector;
}

/** Where proxies send their traces, as network policy sees it. */
export interface TraceCollector {
  /** Namespace of its pods. */
  namespace: string;
  /** Ports of its pods. */
  ports: number[];
}

export interface Mesh {
  /** What the layers above need of it. */
  readonly facts: MeshFacts;
  /** Speaks to the API server that holds Istio's resources: the cluster's own, or the second one that ASM has. */
  readonly provider: k8s.Provider;
  /** Resources that must be ready before a namespace with injection may have pods. */
  readonly ready: pulumi.Resource[];
}
