import { getServiceMeshesOutput } from "@pulumi/alicloud/servicemesh/getServiceMeshes.js";
import { ServiceMesh } from "@pulumi/alicloud/servicemesh/serviceMesh.js";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { atServer } from "../cluster/kubeconfig.js";
import type { Manifest } from "../manifest.js";
import { register } from "../registration.js";
import { dnsCaptureConfig } from "./dnsCaptureConfig.js";
import { asmFacts } from "./meshFacts.js";
import type { Mesh, MeshFacts } from "./mesh.js";

/** Alibaba Cloud Service Mesh: a managed control plane with an API server of its own. */
export interface AlibabaServiceMeshArgs {
  /** VPC of the cluster. */
  vpcId: pulumi.Input<string>;
  /** vSwitch the control plane gets its addresses from. */
  vswitchId: pulumi.Input<string>;
  /** Range of that vSwitch: proxies must reach the control plane in it. */
  controlPlaneCidr: string;
  /** ACK clusters whose workloads are in the mesh. */
  clusterIds: pulumi.Input<string>[];
  /** What must be there before a cluster can join: its nodes. */
  clusterReady: pulumi.Resource[];
  /** Version of the instance.
   * @default what the cloud offers */
  version?: string;
  /** Edition of the instance.
   * @default "enterprise" */
  edition?: "standard" | "enterprise" | "ultimate";
  /** What sidecars do with hosts nobody registered.
   * @default "REGISTRY_ONLY" */
  outboundTrafficPolicy?: "REGISTRY_ONLY" | "ALLOW_ANY";
  /** Sidecars answer DNS, so that every database has an address of its own.
   * @default true */
  dnsCapture?: boolean;
  /** Proxies log each connection.
   * @default true */
  accessLog?: boolean;
  /** Use the CNI plug-in, so that pods need no NET_ADMIN; not in the standard edition.
   * @default false */
  cni?: boolean;
  /** Send traces to Alibaba Cloud's tracing service.
   * @default false */
  tracing?: boolean;
  /** SPIFFE trust domain of workload identities.
   * @default "cluster.local" */
  trustDomain?: string;
  /** Where the program reaches the mesh's API server: `private` inside the VPC, `public` on the Internet, where it answers
   * everybody who has a certificate of it. A change replaces the instance.
   * @default "private" */
  endpoint?: "private" | "public";
}

/**
 * ASM. Istio's resources go to the mesh's own API server (`provider`), Kubernetes objects to the cluster's: hand the
 * cluster's provider to components that make those.
 */
export class AlibabaServiceMesh extends pulumi.ComponentResource implements Mesh {
  /** What the layers above need of it: `mesh` of a gateway, a namespace and a database. */
  readonly facts: MeshFacts;
  readonly provider: k8s.Provider;
  readonly ready: pulumi.Resource[];
  readonly manifests: Manifest[];
  /** Secret: whoever holds it may change the mesh. */
  readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: AlibabaServiceMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:AlibabaServiceMesh", name, {}, opts);
    this.facts = asmFacts(args);
    const mesh = this.instance(name, args);
    // The SDK does not mark it.
    this.kubeconfig = pulumi.secret(args.endpoint === "public" ? this.publicKubeconfig(mesh) : mesh.kubeconfig);
    this.provider = new k8s.Provider(
      `${name}-provider`,
      { kubeconfig: this.kubeconfig, clusterIdentifier: mesh.id },
      { parent: this },
    );
    this.manifests = this.facts.dnsCapture ? [dnsCaptureConfig()] : [];
    const configs = this.manifests.map((manifest) =>
      register(`${name}-${manifest.metadata.name}`, manifest, { parent: this, provider: this.provider }),
    );
    this.ready = [mesh, ...configs];
    this.registerOutputs({ facts: this.facts, kubeconfig: this.kubeconfig });
  }

  /** The instance hands out its kubeconfig with the private address, and reports the public one elsewhere. */
  private publicKubeconfig(mesh: ServiceMesh): pulumi.Output<string> {
    const { meshes } = getServiceMeshesOutput({ ids: [mesh.id], enableDetails: true }, { parent: this });
    return pulumi.all([mesh.kubeconfig, meshes]).apply(([kubeconfig, [reported]]) => {
      const server = reported?.endpoints[0]?.publicApiServerEndpoint;
      if (!server)
        throw new Error(
          "The mesh reports no public address of its API server. The cloud gives one when it creates the mesh only: bind an elastic IP address to the API server in ASM's console.",
        );
      return atServer(kubeconfig, server);
    });
  }

  private instance(name: string, args: AlibabaServiceMeshArgs): ServiceMesh {
    const clusterSpec = args.edition ?? "enterprise";
    return new ServiceMesh(
      `${name}-instance`,
      {
        serviceMeshName: name,
        version: args.version,
        edition: clusterSpec === "standard" ? "Default" : "Pro",
        clusterSpec,
        clusterIds: args.clusterIds,
        network: { vpcId: args.vpcId, vswitcheList: args.vswitchId },
        // Who reaches this API server with a credential decides what every workload may reach.
        loadBalancer: { apiServerPublicEip: args.endpoint === "public" },
        meshConfig: {
          outboundTrafficPolicy: args.outboundTrafficPolicy ?? "REGISTRY_ONLY",
          accessLog: { enabled: args.accessLog ?? true },
          tracing: args.tracing ?? false,
          // Only namespaces that ask for it get sidecars.
          sidecarInjector: {
            enableNamespacesByDefault: false,
            ...(args.cni ? { initCniConfiguration: { enabled: true } } : {}),
          },
        },
      },
      // A cluster without nodes cannot join, and the control plane takes longer than the default allows.
      { parent: this, dependsOn: args.clusterReady, customTimeouts: { create: "40m", update: "30m", delete: "30m" } },
    );
  }
}
