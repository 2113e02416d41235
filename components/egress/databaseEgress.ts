import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../../settings/cluster.js";
import { databaseProblems } from "../../settings/databaseChecks.js";
import { databaseSchema, type DatabaseSettings } from "../../settings/databases.js";
import { parse } from "../../settings/parse.js";
import { SettingsError } from "../../settings/problem.js";
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

/** A database as one writes it: everything with a default may be left out. */
export type DatabaseInput = Parameters<typeof databaseSchema.parse>[0] & Pick<DatabaseSettings, "name" | "protocol">;

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
    const database = parse(databaseSchema, args.database, "database");
    const problems = databaseProblems(database, "database", { meshKind: args.mesh.kind });
    if (problems.length) throw new SettingsError(problems);

    const standIn = database.host ?? `${database.name}.host.unknown`;
    const destination = args.network && {
      ranges: database.ranges ?? (database.addresses ?? []).map((address) => `${address}/32`),
      network: args.network,
    };
    this.manifests = endpointsOf({ ...database, host: standIn }).flatMap((endpoint) =>
      renderEndpoint(
        { endpoint, mesh: args.mesh, gateway: args.gateway, home: args.gateway.namespace },
        database.trafficMode,
        destination,
      ),
    );
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
