import { Feature } from "@pulumi/gcp/gkehub/feature.js";
import { FeatureMembership } from "@pulumi/gcp/gkehub/featureMembership.js";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { channelCapturesDns } from "../../settings/mesh.js";
import type { Manifest } from "../manifest.js";
import { cloudServiceMeshFacts } from "./meshFacts.js";
import { managedMeshConfig } from "./managedMeshConfig.js";
import type { Mesh, MeshFacts } from "./mesh.js";

/** Google's managed mesh on a GKE cluster of a fleet. */
export interface CloudServiceMeshArgs {
  /** Speaks to the cluster. */
  provider: k8s.Provider;
  /** Project of the fleet. */
  project: string;
  /** Perimeter of VPC Service Controls that the project is in, which decides the addresses of Google's APIs.
   * @default none */
  servicePerimeter?: string;
  /** The cluster's membership in the fleet. */
  membership: {
    /** Name of the membership. */
    id: pulumi.Input<string>;
    /** Its location. */
    location: pulumi.Input<string>;
  };
  /** What must be there before the mesh is switched on: the cluster's nodes. */
  clusterReady: pulumi.Resource[];
  /** Release channel of the cluster, which is the mesh's too.
   * @default "REGULAR" */
  releaseChannel?: "RAPID" | "REGULAR" | "STABLE";
  /** A fleet has one servicemesh feature: create it, or use the one there is.
   * @default "create" */
  fleetFeature?: "create" | "adopt";
  /** What sidecars do with hosts nobody registered.
   * @default "REGISTRY_ONLY" */
  outboundTrafficPolicy?: "REGISTRY_ONLY" | "ALLOW_ANY";
  /** Sidecars answer DNS, so that every database has an address of its own. The Rapid channel alone has it.
   * @default true in the Rapid channel, else false */
  dnsCapture?: boolean;
  /** Proxies log each connection.
   * @default true */
  accessLog?: boolean;
}

const featureName = "servicemesh";

/** Cloud Service Mesh: the fleet's feature, the cluster's membership in it, and the mesh's options. */
export class CloudServiceMesh extends pulumi.ComponentResource implements Mesh {
  /** What the layers above need of it: `mesh` of a gateway, a namespace and a database. */
  readonly facts: MeshFacts;
  readonly provider: k8s.Provider;
  readonly ready: pulumi.Resource[];
  readonly manifests: Manifest[];

  constructor(name: string, args: CloudServiceMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    const { project, provider, accessLog = true, dnsCapture = channelCapturesDns(args.releaseChannel) } = args;
    if (dnsCapture && !channelCapturesDns(args.releaseChannel))
      throw new Error(
        `${name}: dnsCapture is in the Rapid channel only. Leave it out, or set releaseChannel to RAPID.`,
      );
    super("mesh-egress:index:CloudServiceMesh", name, {}, opts);
    const outboundTrafficPolicy = args.outboundTrafficPolicy ?? "REGISTRY_ONLY";
    this.facts = cloudServiceMeshFacts({ project, dnsCapture, servicePerimeter: args.servicePerimeter });
    this.provider = provider;

    const feature =
      args.fleetFeature === "adopt"
        ? []
        : [new Feature(`${name}-feature`, { project, name: featureName, location: "global" }, { parent: this })];
    const membership = new FeatureMembership(
      `${name}-membership`,
      {
        project,
        location: "global",
        feature: featureName,
        membership: args.membership.id,
        membershipLocation: args.membership.location,
        mesh: { management: "MANAGEMENT_AUTOMATIC" },
      },
      { parent: this, dependsOn: [...feature, ...args.clusterReady] },
    );
    const config = managedMeshConfig({ outboundTrafficPolicy, dnsCapture, accessLog });
    this.manifests = [config];
    // Google makes the namespace and may make the ConfigMap, sooner or later: patches apply to both cases.
    const namespace = new k8s.core.v1.NamespacePatch(
      `${name}-namespace`,
      { metadata: { name: this.facts.rootNamespace } },
      { parent: this, provider, dependsOn: [membership] },
    );
    const options = new k8s.core.v1.ConfigMapPatch(
      `${name}-options`,
      { metadata: { ...config.metadata, annotations: { "pulumi.com/patchForce": "true" } }, data: config.data },
      { parent: this, provider, dependsOn: [namespace] },
    );
    this.ready = [membership, options];
    this.registerOutputs({ facts: this.facts });
  }
}
