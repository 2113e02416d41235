import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { istioMisfit } from "../../settings/istioVersions.js";
import { istioVersion } from "../../settings/mesh.js";
import { SettingsError } from "../../settings/problem.js";
import {
  defaultRevisionOf,
  releaseOf,
  revisionNamed,
  revisionProblems,
  unnamedRevision,
  versionsOf,
} from "../../settings/revisions.js";
import type { Manifest } from "../manifest.js";
import { controlPlaneNamespace } from "./controlPlaneNamespace.js";
import { register } from "../registration.js";
import { accessLog } from "./accessLog.js";
import { istioFacts, tracingProvider } from "./meshFacts.js";
import type { Mesh, MeshFacts } from "./mesh.js";
import { revisionTags } from "./revisionTags.js";

/** Istio from its Helm charts, or an installation that is already there. */
export interface IstioMeshArgs {
  /** Speaks to the cluster. */
  provider: k8s.Provider;
  /** What must be there before the control plane's pods can run: the cluster's nodes.
   * @default none */
  clusterReady?: pulumi.Resource[];
  /** Version of the charts: of the custom resource definitions, the CNI plug-in and each revision that has none of its own.
   * @default "1.31.4" */
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
  /** Control planes that stand side by side.
   * @default one without a name, for namespaces with `istio-injection: enabled` */
  revisions?: {
    /** Name of the revision; `default` is the control plane that was installed without one. */
    name: string;
    /** Version of its chart. @default that of the mesh */
    version?: string;
  }[];
  /** Revision tags, each with the revision it stands for.
   * @default none */
  tags?: Record<string, string>;
  /** Revision, or tag, of gateways and namespaces that name none. With several revisions it has to be given.
   * @default the only revision */
  defaultRevision?: string;
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
type Optional = "defaultRevision" | "hub" | "platform" | "tracing" | "provider" | "clusterReady" | "kubernetesVersion";
type Filled = Required<Omit<IstioMeshArgs, Optional>> & IstioMeshArgs;

const defaults = {
  version: istioVersion,
  repository: "oci://ghcr.io/istio/release/charts",
  namespace: "istio-system",
  revisions: [{ name: unnamedRevision }],
  tags: {},
  install: true,
  cni: false,
  outboundTrafficPolicy: "REGISTRY_ONLY" as const,
  dnsCapture: true,
  scopeGateways: true,
  accessLog: true,
  trustDomain: "cluster.local",
  // Injection fails closed: with one pod, losing its node would stop every injected pod from starting.
  replicas: { min: 2, max: 5 },
  resources: { cpu: "500m", memory: "2Gi" },
} satisfies Partial<IstioMeshArgs>;

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

/** Istio's control planes by its Helm charts: base, istiod for each revision and, if wanted, the CNI plug-in. */
export class IstioMesh extends pulumi.ComponentResource implements Mesh {
  /** What the layers above need of it: `mesh` of a gateway, a namespace and a database. */
  readonly facts: MeshFacts;
  readonly provider: k8s.Provider;
  readonly ready: pulumi.Resource[];
  readonly manifests: Manifest[] = [];

  constructor(name: string, args: IstioMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
    const filled = { ...defaults, ...given } as Filled;
    const problems = revisionProblems(filled, []);
    if (problems.length > 0) throw new SettingsError(problems);
    super("mesh-egress:index:IstioMesh", name, {}, opts);
    this.facts = istioFacts(filled);
    this.provider = args.provider;
    pulumi.output(args.kubernetesVersion).apply((kubernetes) => this.warnOfMisfits(filled, kubernetes));
    this.ready = filled.install ? this.install(name, filled) : [];
    this.registerOutputs({ facts: this.facts });
  }

  private warnOfMisfits(args: Filled, kubernetes: string | undefined): void {
    if (kubernetes === undefined) return;
    const warnings = versionsOf(args).flatMap(({ version, path }) => {
      const misfit = istioMisfit(version, kubernetes);
      return misfit ? [`${path}: ${version} ${misfit}.`] : [];
    });
    for (const warning of new Set(warnings)) void pulumi.log.warn(warning, this);
  }

  private install(name: string, args: Filled): pulumi.Resource[] {
    const own = { parent: this, provider: args.provider };
    const global = {
      istioNamespace: args.namespace,
      ...(args.hub ? { hub: args.hub } : {}),
      ...(args.platform ? { platform: args.platform } : {}),
    };
    this.manifests.push(controlPlaneNamespace(args), ...revisionTags(args));
    const [namespaceManifest, ...tagManifests] = this.manifests as [Manifest, ...Manifest[]];
    // Everything else depends on the namespace: created after the nodes, it is deleted before them.
    const namespace = register(`${name}-namespace`, namespaceManifest, { ...own, dependsOn: args.clusterReady });
    const base = chart(`${name}-base`, args, {
      chart: "base",
      release: "istio-base",
      // The revision that judges objects which name none.
      values: { global, defaultRevision: revisionNamed(args, defaultRevisionOf(args)) },
      opts: { ...own, dependsOn: [namespace] },
    });
    const cni = !args.cni
      ? []
      : [
          chart(`${name}-cni`, args, {
            chart: "cni",
            release: "istio-cni",
            values: { global },
            opts: { ...own, dependsOn: [base] },
          }),
        ];
    // Charts bring the custom resource definitions, so what uses them depends on the releases.
    const istiods = args.revisions.map((revision) =>
      chart(`${name}-${releaseOf(revision)}`, args, {
        chart: "istiod",
        release: releaseOf(revision),
        version: revision.version,
        values: controlPlaneValues(args, revision.name, global),
        opts: { ...own, dependsOn: [base, ...cni] },
      }),
    );
    const tags = tagManifests.map((manifest) =>
      register(`${name}-${manifest.metadata.name}`, manifest, { ...own, dependsOn: istiods }),
    );
    return [...istiods, ...tags];
  }
}

function controlPlaneValues(args: Filled, revision: string, global: object): Record<string, unknown> {
  return {
    global,
    ...(revision === unnamedRevision ? {} : { revision }),
    autoscaleMin: args.replicas.min,
    autoscaleMax: args.replicas.max,
    resources: { requests: args.resources },
    ...(args.cni ? { cni: { enabled: true } } : {}),
    env: { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: String(args.scopeGateways) },
    meshConfig: meshConfig(args),
  };
}

interface Chart {
  chart: "base" | "istiod" | "cni";
  release: string;
  /** @default that of the mesh */
  version?: string;
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
      version: part.version ?? args.version,
      values: part.values,
      timeout: releaseTimeoutSeconds,
    },
    part.opts,
  );
}
