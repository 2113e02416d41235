import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/schema.js";
import { type Blueprint, blueprintOf, manifestsOf } from "./blueprint.js";
import type { Cluster } from "./cluster/cluster.js";
import { createCluster } from "./cluster/create.js";
import { DatabaseEgress } from "./egress/databaseEgress.js";
import { clientNamespaces } from "./egress/endpoint.js";
import { EgressGateway } from "./gateway/egressGateway.js";
import { MutualTls } from "./identity/mutualTls.js";
import type { Manifest } from "./manifest.js";
import { createMesh } from "./mesh/create.js";
import type { Mesh } from "./mesh/mesh.js";
import { MeshNamespace } from "./namespace/meshNamespace.js";
import { NetworkIsolation } from "./network/networkIsolation.js";
import type { SecretValues } from "./secrets.js";
import { createWorkload, workloadNamespaces } from "./workloads/fromSettings.js";

/** Arguments of {@link SecurePlatform}. */
export interface SecurePlatformArgs {
  /** Checked settings of the stack. */
  settings: Settings;
  /** Secret values by name. */
  secrets: SecretValues;
}

/** Cluster and mesh, made before the layers that stand on them. */
interface Ground {
  cluster: Cluster;
  mesh: Mesh;
}

/** Cluster, mesh, gateway, namespaces, databases, identity, network and workloads: all layers, each on the one before. */
export class SecurePlatform extends pulumi.ComponentResource {
  /** Everything decided, as plain values. */
  readonly blueprint: Blueprint;
  /** What stands in the API servers, as plain objects, with marks for secrets. */
  readonly manifests: Manifest[];

  /** Loads only the SDK of the cloud the settings name, then builds. */
  static async create(
    name: string,
    args: SecurePlatformArgs,
    opts?: pulumi.ComponentResourceOptions,
  ): Promise<SecurePlatform> {
    const [cluster, mesh] = [
      await createCluster(args.settings.cluster),
      await createMesh(args.settings.mesh, args.settings.cluster),
    ];
    return new SecurePlatform(name, args, { cluster, mesh }, opts);
  }

  private constructor(
    name: string,
    { settings, secrets }: SecurePlatformArgs,
    make: { cluster: Awaited<ReturnType<typeof createCluster>>; mesh: Awaited<ReturnType<typeof createMesh>> },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mesh-egress:index:SecurePlatform", name, {}, opts);
    this.blueprint = blueprintOf(settings);
    this.manifests = manifestsOf(this.blueprint);
    const cluster = make.cluster(`${name}-cluster`, secrets, { parent: this });
    const mesh = make.mesh(`${name}-mesh`, cluster, { parent: this });
    this.layers(name, { cluster, mesh }, secrets);
    this.registerOutputs({ gateway: this.blueprint.gateway.host });
  }

  private layers(name: string, ground: Ground, secrets: SecretValues): void {
    const { cluster, mesh } = ground;
    const { settings, egressGateway, gateway } = this.blueprint;
    const meshProvider = mesh.provider === cluster.provider ? undefined : mesh.provider;
    const onCluster = { parent: this, provider: cluster.provider };
    const onMesh = { parent: this, provider: mesh.provider, dependsOn: mesh.ready };

    const namespaces = this.namespaces(name, ground, meshProvider);
    const ready = (names: string[]) => names.flatMap((each) => namespaces.get(each) ?? []);
    const throughGateway = egressGateway
      ? new EgressGateway(
          `${name}-gateway`,
          { ...egressGateway, meshProvider },
          { ...onCluster, dependsOn: [...mesh.ready, ...ready([gateway.namespace])] },
        ).ready
      : [];
    for (const database of this.blueprint.databases)
      new DatabaseEgress(
        `${name}-${database.name}`,
        { database, gateway, mesh: mesh.facts, network: cluster.network, meshProvider },
        { ...onCluster, dependsOn: [...throughGateway, ...ready([gateway.namespace, ...clientNamespaces(database)])] },
      );
    new MutualTls(`${name}-mtls`, this.blueprint.mutualTls, {
      ...onMesh,
      dependsOn: [...mesh.ready, ...ready(namespaceNames(this.blueprint))],
    });
    new NetworkIsolation(`${name}-network`, this.blueprint.isolation, {
      ...onCluster,
      dependsOn: ready(namespaceNames(this.blueprint)),
    });
    for (const workload of settings.workloads)
      createWorkload(
        name,
        workload,
        { secrets, meshProvider },
        { ...onCluster, dependsOn: [...mesh.ready, ...ready(workloadNamespaces(workload))] },
      );
  }

  /** By name, what must be there before anything is put into them. */
  private namespaces(
    name: string,
    { cluster, mesh }: Ground,
    meshProvider: Mesh["provider"] | undefined,
  ): Map<string, pulumi.Resource[]> {
    return new Map(
      this.blueprint.namespaces.map((args) => [
        args.namespace,
        new MeshNamespace(
          `${name}-${args.namespace}`,
          { ...args, meshProvider },
          // Pods that start before injection works come up without a sidecar.
          { parent: this, provider: cluster.provider, dependsOn: [...cluster.ready, ...mesh.ready] },
        ).ready,
      ]),
    );
  }
}

function namespaceNames({ namespaces }: Blueprint): string[] {
  return namespaces.map(({ namespace }) => namespace);
}
