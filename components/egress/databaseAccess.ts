import * as pulumi from "@pulumi/pulumi";
import type { MeshNamespace } from "../namespace/meshNamespace.js";
import { DatabaseEgress, type DatabaseEgressArgs } from "./databaseEgress.js";
import type { DatabaseInput } from "./databaseInputs.js";

/** Workloads that may reach a database. */
export interface AllowedClients {
  /** Their namespace, by name or as a component, which is then waited for. */
  namespace: string | MeshNamespace;
  /** Service accounts of the pods. @default every pod of the namespace */
  serviceAccounts?: string[];
}

/** Options of a database behind a gateway: what the gateway does not know. */
export type DatabaseAccessOptions = Pick<DatabaseEgressArgs, "network" | "meshProvider"> &
  Pick<pulumi.ComponentResourceOptions, "provider" | "providers" | "dependsOn" | "parent" | "aliases" | "protect">;

/** A database behind a gateway, before it is said who may reach it. Nothing is registered until then. */
export class DatabaseAccess {
  constructor(
    private readonly name: string,
    private readonly args: Pick<DatabaseEgressArgs, "gateway" | "mesh"> & { database: Omit<DatabaseInput, "clients"> },
    private readonly ready: readonly pulumi.Resource[],
    private readonly options: DatabaseAccessOptions,
  ) {}

  /**
   * Registers the database and lets these workloads reach it, and nobody else.
   *
   * @throws {@link SettingsError} with every problem of the arguments at once, before anything is registered.
   */
  allowFrom(...clients: [AllowedClients, ...AllowedClients[]]): DatabaseEgress {
    const { network, meshProvider, dependsOn, ...options } = this.options;
    const namespaces = clients.flatMap(({ namespace }) => (typeof namespace === "string" ? [] : namespace.ready));
    const database = {
      ...this.args.database,
      clients: clients.map(({ namespace, ...rest }) => ({
        namespace: typeof namespace === "string" ? namespace : namespace.namespace,
        ...rest,
      })),
    };
    const waitFor = pulumi
      .output(dependsOn)
      .apply((more) => [...this.ready, ...namespaces, ...(more === undefined ? [] : [more].flat())]);
    return new DatabaseEgress(
      this.name,
      { ...this.args, database, network, meshProvider },
      { ...options, dependsOn: waitFor },
    );
  }
}
