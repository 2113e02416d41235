import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../settings/input.js";
import type { Analysis } from "mesh-access";
import { loadSettings } from "../settings/load.js";
import { SettingsError } from "../settings/problem.js";
import { missingSecretProblems } from "../settings/secrets.js";
import { withMembers } from "../settings/srv.js";
import { type Blueprint, blueprintOf, judgedManifests } from "./blueprint.js";
import type { Cluster } from "./cluster/cluster.js";
import { createCluster, type MakeCluster } from "./cluster/createCluster.js";
import { createDatabases, type MakeDatabase } from "./database/createDatabase.js";
import type { ManagedDatabase } from "./database/database.js";
import { carriesTraffic } from "./gateway/egressGateway.js";
import { judgeStack, type Reach, reachIn } from "./judgement/stackReach.js";
import { componentType, ManifestComponent, type ManifestComponentArgs } from "./manifestComponent.js";
import { createMesh, type MakeMesh } from "./mesh/createMesh.js";
import type { Mesh } from "./mesh/mesh.js";
import { createCloudGuards, type MakeGuards } from "./network/createCloudGuards.js";
import type { Part } from "./parts.js";
import type { ValueOf } from "./placeholders.js";
import { secretValueOf, type SecretValues } from "./secrets.js";

/** Arguments of {@link SecurePlatform}: the settings, or the blueprint that was made of them. */
export interface SecurePlatformArgs {
  /** Settings, with the keys that a stack file has. See docs/settings.md. @default the blueprint's */
  settings?: SettingsInput;
  /** The stack as decided: `blueprintOf` of loaded settings. @default made of `settings` */
  blueprint?: Blueprint;
  /** Secret values by the names that the settings use. @default none */
  secrets?: SecretValues;
}

/** @throws {@link SettingsError} with every problem of the settings. */
async function decided({ settings, blueprint }: SecurePlatformArgs): Promise<Blueprint> {
  if ((settings === undefined) === (blueprint === undefined))
    throw new SettingsError([
      {
        path: "settings",
        reason: blueprint ? "and blueprint are both given" : "is missing",
        instead: "Give the settings, or the blueprint made of them",
      },
    ]);
  return blueprint ?? blueprintOf(await withMembers(loadSettings({ ...settings })));
}

/** What makes clusters, meshes and databases, with the cloud's SDK loaded. */
interface Makers {
  cluster: MakeCluster;
  guards: MakeGuards;
  databases: Map<string, MakeDatabase>;
  mesh: MakeMesh;
}

/** What the parts of a stack are registered on. */
interface Base {
  cluster: Cluster;
  /** What keeps pods from databases in the cloud's network. */
  guards: pulumi.Resource[];
  mesh: Mesh;
  /** The mesh's API server where it is another than the cluster's. */
  meshProvider?: k8s.Provider;
  /** Values of the placeholders in manifests: secrets, and hosts of databases that are created. */
  values: ValueOf;
}

/** Registrations under way hold memory until they are sent: a thousand databases at once would hold a gigabyte. */
const partsAtOnce = 50;
const aTurnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

/** A part of the stack, registered as it was judged. */
class RegisteredPart extends ManifestComponent {
  constructor(
    platform: string,
    part: Part,
    registration: ManifestComponentArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(part.type, `${platform}-${part.name}`, part.manifests, registration, opts);
    this.registerOutputs({});
  }
}

/** Cluster, mesh, namespaces, gateway, and on them every other part: each layer after the one it stands on. */
export class SecurePlatform extends pulumi.ComponentResource {
  /** Everything decided, as plain values. */
  readonly blueprint: Blueprint;
  /** The access analysis of its manifests. */
  readonly analysis: Analysis;
  /** Who reaches which database, by which path, encrypted how, and whether it is authenticated. Pairs not listed reach nothing. */
  readonly access: Reach;
  /** What no single pair shows, the most harmful first, with what to change. */
  readonly findings: string[];
  /**
   * Where the gateway's connections come from, for the allow-list of a database that exists already: ranges as a
   * database in the same network sees them, addresses as one outside does. Null on a cluster that existed.
   */
  gatewaySources: { ranges: string[]; addresses: pulumi.Output<string[]> } | null = null;

  /**
   * Decides and judges the stack, loads only the SDK of the cloud the settings name, then builds.
   *
   * @throws {@link SettingsError} with every problem of the settings, or every secret that is missing, and `FailedAssertionsError`
   * with every assertion that fails: before anything is registered.
   */
  static async create(
    name: string,
    args: SecurePlatformArgs,
    opts?: pulumi.ComponentResourceOptions,
  ): Promise<SecurePlatform> {
    const blueprint = await decided(args);
    const { settings } = blueprint;
    const analysis = judgeStack(judgedManifests(blueprint), settings);
    const secrets = args.secrets ?? {};
    const problems = missingSecretProblems(settings, Object.keys(secrets));
    if (problems.length > 0) throw new SettingsError(problems);
    const { cluster, mesh, network, databases } = settings;
    const make = {
      cluster: await createCluster(cluster, network),
      guards: await createCloudGuards(settings),
      databases: await createDatabases(databases),
      mesh: await createMesh(mesh, cluster),
    };
    const platform = new SecurePlatform(name, { blueprint, analysis }, opts);
    await platform.build(name, secrets, make);
    platform.registerOutputs({ gateway: platform.blueprint.gateway.host, gatewaySources: platform.gatewaySources });
    return platform;
  }

  private constructor(
    name: string,
    { blueprint, analysis }: Pick<SecurePlatform, "blueprint" | "analysis">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(componentType("SecurePlatform"), name, {}, opts);
    this.blueprint = blueprint;
    this.analysis = analysis;
    ({ access: this.access, findings: this.findings } = reachIn(analysis));
  }

  private build(name: string, secrets: SecretValues, make: Makers): Promise<void> {
    const cluster = make.cluster(`${name}-cluster`, secrets, { parent: this });
    const { cloudNetwork } = cluster;
    if (cloudNetwork)
      this.gatewaySources = { ranges: cloudNetwork.gatewayRanges, addresses: cloudNetwork.gatewayAddresses };
    const guards = make.guards(name, cluster, { parent: this });
    const databases = new Map(
      [...make.databases].map(([database, create]) => [
        database,
        create(`${name}-created-${database}`, { cluster, secrets }, { parent: this }),
      ]),
    );
    const mesh = make.mesh(`${name}-mesh`, cluster, { parent: this });
    const meshProvider = mesh.provider === cluster.provider ? undefined : mesh.provider;
    const values = secretValueOf(secrets, ({ kind, of }) =>
      kind === "cluster" ? idOf(cluster) : hostOf(of, databases),
    );
    return this.layers(name, { cluster, guards, mesh, meshProvider, values });
  }

  private async layers(name: string, base: Base): Promise<void> {
    const { cluster, mesh, meshProvider, values } = base;
    const { egressGateway, gateway, parts } = this.blueprint;
    const namespaces = this.namespaces(name, base);
    // A namespace comes after the mesh, so what waits for one waits for both.
    const ready = (names: string[]) => {
      const listed = names.flatMap((each) => namespaces.get(each) ?? []);
      return listed.length > 0 ? listed : [...cluster.ready, ...mesh.ready];
    };
    const registration = { meshProvider, values };
    const register = (part: Part, dependsOn: pulumi.Resource[], kinds?: ReadonlySet<string>) =>
      new RegisteredPart(name, part, { ...registration, ready: kinds }, this.after(dependsOn, base[part.home].provider))
        .ready;
    const gatewayReady = egressGateway ? register(egressGateway, ready([gateway.namespace]), carriesTraffic) : [];
    // The gateway comes after its namespace, so what waits for it waits for both.
    const behindGateway = (names: string[]) =>
      gatewayReady.length > 0
        ? [...ready(names.filter((each) => each !== gateway.namespace)), ...gatewayReady]
        : ready(names);
    for (const [index, part] of parts.entries()) {
      if (index % partsAtOnce === 0) await aTurnOfTheLoop();
      register(part, part.afterGateway ? behindGateway(part.namespaces) : ready(part.namespaces));
    }
  }

  /** By name, what must exist before anything is put into them. */
  private namespaces(
    name: string,
    { cluster, guards, mesh, meshProvider, values }: Base,
  ): Map<string, pulumi.Resource[]> {
    // Pods that start before injection works come up without a sidecar, and before the firewall is there without a guard.
    const opts = this.after([...cluster.ready, ...guards, ...mesh.ready], cluster.provider);
    return new Map(
      this.blueprint.namespaces.map((part) => {
        const registration = { meshProvider, values, adoptNamespaces: part.isAdopted, ready: new Set(["Namespace"]) };
        return [part.namespace, new RegisteredPart(name, part, registration, opts).ready];
      }),
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

/** Id of the cluster that the stack creates. */
function idOf({ clusterId }: Cluster): pulumi.Output<string> {
  if (!clusterId) throw new Error("Nothing gives the id of the cluster.");
  return clusterId;
}

/** Host of a database that the stack creates. */
function hostOf(database: string, created: ReadonlyMap<string, ManagedDatabase>): pulumi.Output<string> {
  const instance = created.get(database);
  if (!instance) throw new Error(`Nothing creates the database ${database}, whose host is not known.`);
  return instance.host;
}
