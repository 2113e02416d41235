import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { istioMisfit } from "../../settings/istioVersions.js";
import { istioVersion } from "../../settings/mesh.js";
import type { Manifest } from "../manifest.js";
import { controlPlaneNamespace } from "./controlPlaneNamespace.js";
import { register } from "../registration.js";
import { accessLog } from "./accessLog.js";
import { istioFacts, tracingProvider } from "./meshFacts.js";
import type { Mesh, MeshFacts } from "./mesh.js";

/** Istio from its Helm charts, or an installation that is already there. */
export interface IstioMeshArgs {
  /** Speaks to the cluster. */
  provider: k8s.Provider;
  /** What must be there before the control plane's pods can run: the cluster's nodes.
   * @default none */
  clusterReady?: pulumi.Resource[];
  /** Version of the charts.
   * @default "1.31.1", which the components are tested with */
  version?: string;
  /** Version of Kubernetes. One that the version of Istio does not support is a warning of the update.
   * @default not checked */
  kubernetesVersion?: pulumi.Input<string>;
  /** Where the charts come from: an OCI registry (`oci://…`) or a Helm repository (`https://…`).
   * @default "oci://ghcr.io/istio/release/charts" */
  repository?: string;
  /** Registry of the control plane's and the proxies' images.
   * @default the charts' own */
  hub?: string;
  /** Namespace of the control plane; its policies hold for the whole mesh.
   * @default "istio-system" */
  namespace?: string;
  /** Revision of the control plane, for canary upgrades.
   * @default none: namespaces are injected with `istio-injection: enabled` */
  revision?: string;
  /** False when the cluster already runs the mesh: nothing is created then.
   * @default true */
  install?: boolean;
  /** Install the CNI plug-in, so that pods need no NET_ADMIN.
   * @default false */
  cni?: boolean;
  /** Kubernetes product, where the charts have a profile for it.
   * @default none */
  platform?: "gke";
  /** What sidecars do with hosts nobody registered.
   * @default "REGISTRY_ONLY" */
  outboundTrafficPolicy?: "REGISTRY_ONLY" | "ALLOW_ANY";
  /** Sidecars answer DNS, so that every database has an address of its own.
   * @default true */
  dnsCapture?: boolean;
  /** Pods of a gateway obey Gateways of their own namespace only; otherwise any namespace opens a way of its own through
   * the egress gateway.
   * @default true */
  scopeGateways?: boolean;
  /** Proxies log each connection to their standard output, with the caller's SPIFFE identity.
   * @default true */
  accessLog?: boolean;
  /** SPIFFE trust domain of workload identities.
   * @default "cluster.local" */
  trustDomain?: string;
  /** Collector that takes OpenTelemetry traces over gRPC.
   * @default none: no traces */
  tracing?: {
    /** Host of the collector's Service. */
    service: string;
    /** Port of the Service. */
    port: number;
  };
  /** Fewest and most pods of the control plane.
   * @default 2 to 5 */
  replicas?: {
    /** Fewest pods. */
    min: number;
    /** Most pods. */
    max: number;
  };
  /** What a control plane pod requests.
   * @default 500m CPU and 2Gi memory, the chart's own */
  resources?: {
    /** CPU, such as `500m`. */
    cpu: string;
    /** Memory, such as `2Gi`. */
    memory: string;
  };
}

/** Arguments without a default: left out, they are not there. */
type Optional = "revision" | "hub" | "platform" | "tracing" | "provider" | "clusterReady" | "kubernetesVersion";
type Filled = Required<Omit<IstioMeshArgs, Optional>> & IstioMeshArgs;

const defaults = {
  version: istioVersion,
  repository: "oci://ghcr.io/istio/release/charts",
  namespace: "istio-system",
  install: true,
  cni: false,
  outboundTrafficPolicy: "REGISTRY_ONLY",
  dnsCapture: true,
  scopeGateways: true,
  accessLog: true,
  trustDomain: "cluster.local",
  // Injection fails closed: with one pod, losing its node would stop every injected pod from starting.
  replicas: { min: 2, max: 5 },
  resources: { cpu: "500m", memory: "2Gi" },
} as const;

/** Seconds Helm waits for a release: pulling images onto fresh nodes takes minutes. */
const releaseTimeoutSeconds = 600;

/** Mesh-wide configuration as istiod reads it. */
export function meshConfig(args: Filled): Record<string, unknown> {
  return {
    rootNamespace: args.namespace,
    trustDomain: args.trustDomain,
    outboundTrafficPolicy: { mode: args.outboundTrafficPolicy },
    ...(args.accessLog ? accessLog : {}),
    ...(args.tracing
      ? { enableTracing: true, extensionProviders: [{ name: tracingProvider, opentelemetry: args.tracing }] }
      : {}),
    defaultConfig: {
      // An application that starts before its proxy would find its database unreachable and may give up.
      holdApplicationUntilProxyStarts: true,
      proxyMetadata: {
        // A handshake is most of what a connection costs, and a gateway's second pod resumes no session of the first:
        // with RSA, Istio's default, it takes a third longer (docs/performance.md).
        ECC_SIGNATURE_ALGORITHM: "ECDSA",
        ...(args.dnsCapture ? { ISTIO_META_DNS_CAPTURE: "true" } : {}),
      },
    },
  };
}

/** Istio's control plane by its Helm charts: base, istiod and, if wanted, the CNI plug-in. */
export class IstioMesh extends pulumi.ComponentResource implements Mesh {
  /** What the layers above need of it: `mesh` of a gateway, a namespace and a database. */
  readonly facts: MeshFacts;
  readonly provider: k8s.Provider;
  readonly ready: pulumi.Resource[];
  readonly manifests: Manifest[] = [];

  constructor(name: string, args: IstioMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
    const filled = { ...defaults, ...given } as Filled;
    super("mesh-egress:index:IstioMesh", name, {}, opts);
    this.facts = istioFacts(filled);
    this.provider = args.provider;
    pulumi.output(args.kubernetesVersion).apply((kubernetes) => this.warnOfMisfit(filled.version, kubernetes));
    this.ready = filled.install ? this.install(name, filled) : [];
    this.registerOutputs({ facts: this.facts });
  }

  private warnOfMisfit(version: string, kubernetes: string | undefined): void {
    const misfit = kubernetes === undefined ? undefined : istioMisfit(version, kubernetes);
    if (misfit) void pulumi.log.warn(`mesh.version: ${version} ${misfit}.`, this);
  }

  private install(name: string, args: Filled): pulumi.Resource[] {
    const own = { parent: this, provider: args.provider };
    const global = {
      istioNamespace: args.namespace,
      ...(args.hub ? { hub: args.hub } : {}),
      ...(args.platform ? { platform: args.platform } : {}),
    };
    const revision = args.revision ? { revision: args.revision } : {};

    this.manifests.push(controlPlaneNamespace(args));
    // Everything else depends on the namespace: created after the nodes, it is deleted before them.
    const namespace = this.manifests.map((manifest) =>
      register(`${name}-namespace`, manifest, { ...own, dependsOn: args.clusterReady }),
    );
    const base = chart(`${name}-base`, args, {
      chart: "base",
      release: "istio-base",
      values: { global, defaultRevision: args.revision ?? "default" },
      opts: { ...own, dependsOn: namespace },
    });
    const cni = !args.cni
      ? []
      : [
          chart(`${name}-cni`, args, {
            chart: "cni",
            release: "istio-cni",
            values: { global, ...revision },
            opts: { ...own, dependsOn: [base] },
          }),
        ];
    const istiod = chart(`${name}-istiod`, args, {
      chart: "istiod",
      release: args.revision ? `istiod-${args.revision}` : "istiod",
      values: {
        global,
        ...revision,
        autoscaleMin: args.replicas.min,
        autoscaleMax: args.replicas.max,
        resources: { requests: args.resources },
        ...(args.cni ? { cni: { enabled: true } } : {}),
        env: { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: String(args.scopeGateways) },
        meshConfig: meshConfig(args),
      },
      // Charts bring the custom resource definitions, so what uses them depends on the releases.
      opts: { ...own, dependsOn: [base, ...cni] },
    });
    return [istiod];
  }
}

interface Chart {
  chart: "base" | "istiod" | "cni";
  release: string;
  values: Record<string, unknown>;
  opts: pulumi.CustomResourceOptions;
}

function chart(name: string, args: Filled, part: Chart): k8s.helm.v3.Release {
  const oci = args.repository.startsWith("oci://");
  return new k8s.helm.v3.Release(
    name,
    {
      // A name of its own: Pulumi's random suffix would end up in the names of the control plane's objects.
      name: part.release,
      namespace: args.namespace,
      chart: oci ? `${args.repository}/${part.chart}` : part.chart,
      repositoryOpts: oci ? undefined : { repo: args.repository },
      version: args.version,
      values: part.values,
      timeout: releaseTimeoutSeconds,
    },
    part.opts,
  );
}
