import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ISidecar } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { INamespace, IResourceQuota } from "kubernetes-models/v1";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { injectionLabels } from "../mesh/meshFacts.js";
import type { MeshFacts } from "../mesh/mesh.js";

/** Pod Security level that the API server enforces. */
export type PodSecurityLevel = "restricted" | "baseline" | "privileged";

/** What a namespace's pods may ask for together. */
export interface NamespaceQuota {
  /** Most pods. @default no limit */
  pods?: number;
  /** Most CPU all pods request, such as `8`. @default no limit */
  cpu?: string;
  /** Most memory all pods request, such as `16Gi`. @default no limit */
  memory?: string;
}

export interface MeshNamespaceArgs {
  /** Name of the namespace. */
  namespace: string;
  /** Mesh whose sidecars its pods get. */
  mesh: MeshFacts;
  /** Give its pods a sidecar. @default true */
  injection?: boolean;
  /**
   * Revision of Istio's control plane, or tag, whose sidecars its pods get when they start. A namespace that exists must have
   * no label `istio-injection`, which comes before it.
   * @default the mesh's
   */
  revision?: string;
  /**
   * Whether a CNI plug-in prepares the pods' network, so that sidecars need no NET_ADMIN.
   * @default true on Cloud Service Mesh, which brings one; false elsewhere
   */
  cni?: boolean;
  /**
   * Pod Security level.
   * @default baseline; privileged where sidecars are injected without a CNI plug-in; unchanged where it is adopted
   */
  podSecurity?: PodSecurityLevel;
  /** Create the namespace, only label one that exists, or use one as it is. @default create */
  management?: "create" | "adopt" | "use";
  /** Further labels. @default none */
  labels?: Record<string, string>;
  /** ResourceQuota of the namespace. @default none */
  quota?: NamespaceQuota;
  /**
   * Namespaces whose services and routes its sidecars take over, besides its own: the gateway's, the control plane's, and
   * those its workloads call. Objects of any other namespace cannot change where its connections go.
   * @default every namespace
   */
  importsFrom?: string[];
  /** Second API server that must know the namespace too, where the mesh keeps its resources apart (ASM). @default none */
  meshProvider?: k8s.Provider;
}

/** The level that still admits the pods the mesh makes: istio-init asks for NET_ADMIN, which baseline forbids. */
function podSecurityLevel(args: MeshNamespaceArgs): PodSecurityLevel | undefined {
  // Another level could refuse pods of workloads that are there, or admit what the platform's owner keeps out.
  if (args.management === "adopt" || args.management === "use") return args.podSecurity;
  const cni = args.cni ?? args.mesh.kind === "cloud-service-mesh";
  return args.podSecurity ?? ((args.injection ?? true) && !cni ? "privileged" : "baseline");
}

function podSecurityLabels(level: PodSecurityLevel): Record<string, string> {
  return {
    "pod-security.kubernetes.io/enforce": level,
    // Enforcement sees pods only; the warning names a Deployment whose pods would be refused.
    "pod-security.kubernetes.io/warn": level,
    // The audit log shows what keeps the namespace from the strictest level.
    "pod-security.kubernetes.io/audit": "restricted",
  };
}

function labelsFor({ mesh, revision }: MeshNamespaceArgs): Record<string, string> {
  return revision === undefined ? mesh.injectionLabels : injectionLabels(revision);
}

/** The namespace itself, as it is written or, where it is used as it is, assumed to be. */
export function namespaceManifest(args: MeshNamespaceArgs): INamespace & Manifest {
  const level = podSecurityLevel(args);
  const injection = args.injection ?? true;
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: args.namespace,
      labels: {
        ...args.labels,
        ...(injection ? labelsFor(args) : { "istio-injection": "disabled" }),
        ...(level ? podSecurityLabels(level) : {}),
      },
      ...(injection && Object.keys(args.mesh.injectionAnnotations).length > 0
        ? { annotations: args.mesh.injectionAnnotations }
        : {}),
    },
  };
}

function resourceQuota(namespaceName: string, { pods, cpu, memory }: NamespaceQuota): IResourceQuota & Manifest {
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "quota", namespace: namespaceName },
    spec: {
      hard: {
        ...(pods === undefined ? {} : { pods: String(pods) }),
        ...(cpu === undefined ? {} : { "requests.cpu": cpu }),
        ...(memory === undefined ? {} : { "requests.memory": memory }),
      },
    },
  };
}

/**
 * Limits what the sidecars of a namespace import. Without it an older VirtualService or ServiceEntry of any namespace that
 * exports it here decides where a connection to the same host goes. It also keeps each sidecar's configuration small.
 *
 * Source: istio pilot/pkg/model, `SortServicesByCreationTime` and the merge of virtual services by age.
 */
function sidecarScope(namespaceName: string, importsFrom: string[]): ISidecar & Manifest {
  const imported = [...new Set(importsFrom)].filter((each) => each !== namespaceName).sort();
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Sidecar",
    metadata: { name: "default", namespace: namespaceName },
    spec: {
      egress: [
        {
          hosts: [
            "./*",
            ...imported.map((each) => `${each}/*`),
            // A pod that may dial the API server does so through its sidecar, which must know it.
            "default/kubernetes.default.svc.cluster.local",
          ],
        },
      ],
    },
  };
}

/** The namespace first, then what belongs to it. */
export function meshNamespaceManifests(args: MeshNamespaceArgs): Manifest[] {
  return [
    ...(args.management === "use" ? [] : [namespaceManifest(args)]),
    ...(args.quota ? [resourceQuota(args.namespace, args.quota)] : []),
    ...(args.importsFrom ? [sidecarScope(args.namespace, args.importsFrom)] : []),
  ];
}

/** A namespace that the mesh sees: injection, Pod Security level, quota, and what its sidecars import. */
export class MeshNamespace extends ManifestComponent {
  /** Name of the namespace. */
  readonly namespace: string;

  constructor(name: string, args: MeshNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("MeshNamespace"), name, meshNamespaceManifests(args), meshNamespaceRegistration(args), opts);
    this.namespace = args.namespace;
    this.registerOutputs({ namespace: this.namespace });
  }
}

/** How a namespace is registered: created or adopted, and known before anything is put into it. */
export function meshNamespaceRegistration({
  management,
  meshProvider,
}: Pick<MeshNamespaceArgs, "management" | "meshProvider">) {
  return { meshProvider, adoptNamespaces: management === "adopt", ready: new Set(["Namespace"]) };
}
