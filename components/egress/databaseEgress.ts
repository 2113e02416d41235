import { isIncomplete, written } from "mesh-access";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../../settings/cluster.js";
import { type DatabaseSettings, isDialledByAddress } from "../../settings/databases.js";
import { type Problem, SettingsError } from "../../settings/problem.js";
import { nameOnGateway } from "../../settings/tenant.js";
import type { TrafficMode } from "../../settings/trafficModes.js";
import type { Gateway } from "../gateway/gateway.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import type { MeshFacts } from "../mesh/mesh.js";
import { checkedDatabase, type DatabaseInput } from "./databaseInputs.js";
import { endpointsOf } from "./endpoint.js";
import { renderEndpoint } from "./render.js";

/** Arguments of {@link DatabaseEgress}. */
export interface DatabaseEgressArgs {
  /** The database: host, port, protocol, traffic mode, clients. See docs/settings.md, `databases`. */
  database: DatabaseInput;
  /** The egress gateway its connections pass: `gateway` of an {@link EgressGateway}, or {@link gatewayOf}. */
  gateway: Gateway;
  /** The mesh its clients are in. */
  mesh: MeshFacts;
  /**
   * Address ranges of the cluster. Given, NetworkPolicies are written that let the gateway out to the database.
   * @default no NetworkPolicy is written
   */
  network?: Pick<ClusterNetwork, "podCidr" | "serviceCidr"> & {
    /**
     * Client namespaces that deny by default: only these get policies of their own.
     * @default all of them
     */
    isolated?: readonly string[];
  };
  /**
   * Speaks to the API server that holds Istio's resources.
   * @default the provider of the component
   */
  meshProvider?: k8s.Provider;
}

/**
 * The host as manifests hold it: a name of the mesh's own for a database that is dialled by address, and a placeholder where
 * only the cloud will know it.
 */
export function hostOf(db: Pick<DatabaseSettings, "host" | "name" | "srv" | "provision">, tenant?: string): string {
  if (isDialledByAddress(db)) return `${nameOnGateway(db.name, tenant)}.db.internal`;
  if (db.srv !== undefined && db.host === undefined) throw new Error(`The members of ${db.srv} were not looked up.`);
  return db.host ?? written({ kind: "host", of: db.name });
}

/** All resources of one database; checked settings come in. */
export function databaseEgressManifests({
  database,
  gateway,
  mesh,
  network,
}: Pick<DatabaseEgressArgs, "gateway" | "mesh" | "network"> & { database: DatabaseSettings }): Manifest[] {
  const ranges = database.ranges ?? (database.addresses ?? []).map((address) => `${address}/32`);
  const name = nameOnGateway(database.name, gateway.tenant);
  return endpointsOf({ ...database, name, host: hostOf(database, gateway.tenant) }).flatMap((endpoint) =>
    renderEndpoint(
      { endpoint, mesh, gateway, home: gateway.namespace },
      database.trafficMode,
      network && { ranges, network, isolated: network.isolated },
    ),
  );
}

/**
 * Lets chosen workloads reach one database outside the cluster, and nobody else.
 *
 * @throws {@link SettingsError} with every problem of the arguments at once, before anything is registered. What is an
 * output is checked, with the same messages, when it is known.
 */
export class DatabaseEgress extends ManifestComponent {
  /** Host name that the clients dial. */
  readonly host: pulumi.Output<string>;
  /** Port that the clients dial. */
  readonly port: number;
  /** How its connections travel. */
  readonly trafficMode: TrafficMode;

  constructor(name: string, args: DatabaseEgressArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseComponents(args);
    const { database, values } = checkedDatabase(args.database, args);
    const manifests = databaseEgressManifests({ ...args, database });
    super(componentType("DatabaseEgress"), name, manifests, { values, meshProvider: args.meshProvider }, opts);
    const { port, trafficMode } = database;
    const host = hostOf(database, args.gateway.tenant);
    this.host = pulumi.output(isIncomplete(host) ? (args.database.host ?? "") : host);
    this.port = port;
    this.trafficMode = trafficMode;
    this.registerOutputs({ host: this.host, port, trafficMode });
  }
}

/** Components and outputs have no such facts, and that would show up far from here. */
function refuseComponents({ gateway, mesh }: Pick<DatabaseEgressArgs, "gateway" | "mesh">): void {
  const problems = [
    ...factsProblems("gateway", gateway, "its `gateway`, as in `gateway: egress.gateway`"),
    ...factsProblems("mesh", mesh, "its `facts`, as in `mesh: istio.facts`"),
  ];
  if (problems.length > 0) throw new SettingsError(problems);
}

function factsProblems(path: string, value: unknown, instead: string): Problem[] {
  if (pulumi.Resource.isInstance(value))
    return [{ path, reason: "is a component, and its facts are needed", instead: `Pass ${instead}` }];
  return pulumi.Output.isInstance(value)
    ? [
        {
          path,
          reason: "is an output, and names of resources derive from it",
          instead: `Pass a component's facts: ${instead}`,
        },
      ]
    : [];
}
