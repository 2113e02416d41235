import * as pulumi from "@pulumi/pulumi";
import { type Blueprint, manifestsOf } from "./blueprint.js";
import { createCluster, type MakeCluster } from "./cluster/create.js";
import { createDatabases, type MakeDatabase } from "./database/create.js";
import { EgressGateway } from "./gateway/egressGateway.js";
import type { Manifest } from "./manifest.js";
import { createMesh, type MakeMesh } from "./mesh/create.js";
import { MeshNamespace } from "./namespace/meshNamespace.js";
import { createCloudGuards, type MakeGuards } from "./network/create.js";
import type { Ground } from "./parts.js";
import type { SecretValues } from "./secrets.js";

/** Arguments of {@link SecurePlatform}. */
export interface SecurePlatformArgs {
  /** The stack as decided: `blueprintOf` of its settings. */
  blueprint: Blueprint;
  /** Secret values by name. */
  secrets: SecretValues;
}

/** What makes each part of the ground, its SDK loaded. */
interface Makers {
  cluster: MakeCluster;
  guards: MakeGuards;
  databases: Map<string, MakeDatabase>;
  mesh: MakeMesh;
}

/** Registrations under way hold memory until they are sent: a thousand databases at once would hold a gigabyte. */
const partsAtOnce = 50;
const aTurnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

/** Cluster, mesh, namespaces, gateway, and on them every other part: each layer after the one it stands on. */
export class SecurePlatform extends pulumi.ComponentResource {
  /** Everything decided, as plain values. */
  readonly blueprint: Blueprint;
  /** What will stand in the API servers, as plain objects, with marks for secrets. */
  readonly manifests: Manifest[];

  /**
   * Where the gateway's connections come from, for the allow-list of a database that exists already: ranges as a
   * database in the same network sees them, addresses as one outside does. Null on a cluster that existed.
   */
  gatewaySources: { ranges: string[]; addresses: pulumi.Output<string[]> } | null = null;

  /** Loads only the SDK of the cloud the settings name, then builds. */
  static async create(
    name: string,
    args: SecurePlatformArgs,
    opts?: pulumi.ComponentResourceOptions,
  ): Promise<SecurePlatform> {
    const { settings } = args.blueprint;
    const { cluster, mesh, network, databases } = settings;
    const make = {
      cluster: await createCluster(cluster, network.flowLogs),
      guards: await createCloudGuards(settings),
      databases: await createDatabases(databases),
      mesh: await createMesh(mesh, cluster),
    };
    const platform = new SecurePlatform(name, args.blueprint, opts);
    await platform.build(name, args.secrets, make);
    platform.registerOutputs({ gateway: platform.blueprint.gateway.host, gatewaySources: platform.gatewaySources });
    return platform;
  }

  private constructor(name: string, blueprint: Blueprint, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:SecurePlatform", name, {}, opts);
    this.blueprint = blueprint;
    this.manifests = manifestsOf(blueprint);
  }

  private build(name: string, secrets: SecretValues, make: Makers): Promise<void> {
    const cluster = make.cluster(`${name}-cluster`, secrets, { parent: this });
    const { cloudNetwork } = cluster;
    if (cloudNetwork)
      this.gatewaySources = { ranges: cloudNetwork.gatewayRanges, addresses: cloudNetwork.gatewayAddresses };
    make.guards(name, cluster, { parent: this });
    const databases = new Map(
      [...make.databases].map(([database, create]) => [
        database,
        create(`${name}-created-${database}`, { cluster, secrets }, { parent: this }),
      ]),
    );
    const mesh = make.mesh(`${name}-mesh`, cluster, { parent: this });
    const meshProvider = mesh.provider === cluster.provider ? undefined : mesh.provider;
    return this.layers(name, { cluster, mesh, meshProvider, databases, secrets });
  }

  private async layers(name: string, ground: Ground): Promise<void> {
    const { cluster, mesh } = ground;
    const { egressGateway, gateway, parts } = this.blueprint;
    const namespaces = this.namespaces(name, ground);
    // A namespace comes after the mesh, so who waits for one waits for both.
    const ready = (names: string[]) => {
      const listed = names.flatMap((each) => namespaces.get(each) ?? []);
      return listed.length > 0 ? listed : mesh.ready;
    };
    const guard = egressGateway
      ? new EgressGateway(
          `${name}-gateway`,
          { ...egressGateway, meshProvider: ground.meshProvider },
          this.after(ready([gateway.namespace]), cluster.provider),
        ).ready
      : [];
    // The gateway comes after its namespace, so who waits for it waits for both.
    const behindGateway = (names: string[]) =>
      guard.length > 0 ? [...ready(names.filter((each) => each !== gateway.namespace)), ...guard] : ready(names);
    for (const [index, part] of parts.entries()) {
      if (index % partsAtOnce === 0) await aTurnOfTheLoop();
      part.create(
        `${name}-${part.name}`,
        ground,
        this.after(
          part.afterGateway ? behindGateway(part.namespaces) : ready(part.namespaces),
          part.home === "mesh" ? mesh.provider : cluster.provider,
        ),
      );
    }
  }

  /** By name, what must be there before anything is put into them. */
  private namespaces(name: string, { cluster, mesh, meshProvider }: Ground): Map<string, pulumi.Resource[]> {
    return new Map(
      this.blueprint.namespaces.map((args) => [
        args.namespace,
        new MeshNamespace(
          `${name}-namespace-${args.namespace}`,
          { ...args, meshProvider },
          // Pods that start before injection works come up without a sidecar.
          this.after([...cluster.ready, ...mesh.ready], cluster.provider),
        ).ready,
      ]),
    );
  }

  /**
   * Options of a child that comes after others, and goes before them. The children of a component wait for it, but are
   * deleted without regard to what it depends on; so each gets the dependency itself.
   */
  private after(dependsOn: pulumi.Resource[], provider: pulumi.ProviderResource): pulumi.ComponentResourceOptions {
    return {
      parent: this,
      provider,
      dependsOn,
      transformations: [
        ({ type, props, opts }) =>
          type.startsWith("mesh-egress:") ? undefined : { props, opts: pulumi.mergeOptions(opts, { dependsOn }) },
      ],
    };
  }
}
