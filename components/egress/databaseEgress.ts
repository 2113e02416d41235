import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { ClusterNetwork } from "../../settings/cluster.js";
import { unknownHost } from "../../settings/provision.js";
import { databaseProblems, sharedPolicyProblems } from "../../settings/databaseChecks.js";
import { databaseSchema, type DatabaseSettings } from "../../settings/databases.js";
import { parse } from "../../settings/parse.js";
import { SettingsError } from "../../settings/problem.js";
import { nameOnGateway } from "../../settings/tenant.js";
import type { Gateway } from "../gateway/gateway.js";
import { type Manifest, registerAll } from "../manifest.js";
import type { MeshFacts } from "../mesh/mesh.js";
import { endpointsOf } from "./endpoint.js";
import { renderEndpoint } from "./render.js";

/** Arguments of {@link DatabaseEgress}. */
export interface DatabaseEgressArgs {
  /** The database: host, port, protocol, traffic mode, clients. See docs/settings.md, `databases`. */
  database: DatabaseInput;
  /** The egress gateway its connections pass. */
  gateway: Gateway;
  /** The mesh its clients are in. */
  mesh: MeshFacts;
  /**
   * Address ranges of the cluster. Given, NetworkPolicies are written that let the gateway out to the database.
   * @default no NetworkPolicy is written
   */
  network?: Pick<ClusterNetwork, "podCidr" | "serviceCidr">;
  /**
   * Host of a database that is created together with this, when the cloud decides its name.
   * @default the database's `host`
   */
  host?: pulumi.Input<string>;
  /**
   * Speaks to the API server that holds Istio's resources.
   * @default the provider of the component
   */
  meshProvider?: k8s.Provider;
}

/** A database as one writes it: everything with a default may be left out. See docs/settings.md, `databases`. */
export interface DatabaseInput extends z.input<typeof databaseSchema> {}

function checked({
  database: input,
  mesh,
  gateway,
}: Pick<DatabaseEgressArgs, "database" | "mesh" | "gateway">): DatabaseSettings {
  const database = parse(databaseSchema, input, "database");
  const problems = [
    ...databaseProblems(database, "database", { meshKind: mesh.kind }),
    ...sharedPolicyProblems(database, "database", gateway),
  ];
  if (problems.length > 0) throw new SettingsError(problems);
  return database;
}

/** Stands for a host that only the cloud knows. */
export function hostOrStandIn({ host, name }: DatabaseSettings): string {
  return host ?? unknownHost(name);
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
  return endpointsOf({ ...database, name, host: hostOrStandIn(database) }).flatMap((endpoint) =>
    renderEndpoint(
      { endpoint, mesh, gateway, home: gateway.namespace },
      database.trafficMode,
      network && { ranges, network },
    ),
  );
}

/**
 * Lets chosen workloads reach one database outside the cluster, and nobody else.
 *
 * @throws {@link SettingsError} with every problem of the database at once, before anything is registered.
 */
export class DatabaseEgress extends pulumi.ComponentResource {
  /** What was registered, as plain objects. Where the host is not known yet, they hold a stand-in name. */
  readonly manifests: Manifest[];

  constructor(name: string, args: DatabaseEgressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:DatabaseEgress", name, {}, opts);
    const database = checked(args);
    const standIn = hostOrStandIn(database);
    this.manifests = databaseEgressManifests({ ...args, database });
    const registered = this.manifests.map((manifest) => withHost(manifest, standIn, args.host));
    registerAll(name, registered, { parent: this }, args.meshProvider);
    this.registerOutputs({ host: args.host ?? standIn, port: database.port, trafficMode: database.trafficMode });
  }
}

/** Puts the real host, known only later, in the place of its stand-in. */
function withHost<T>(value: T, standIn: string, host: pulumi.Input<string> | undefined): T {
  if (host === undefined) return value;
  if (value === standIn) return host as T;
  if (Array.isArray(value)) return value.map((item) => withHost(item, standIn, host)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withHost(item, standIn, host)])) as T;
}
