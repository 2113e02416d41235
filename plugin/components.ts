import type * as pulumi from "@pulumi/pulumi";
import type { CloudSqlDatabaseArgs } from "../components/gke.js";
import type { SecurePlatformArgs } from "./platform.js";

/** Makes a component that every Pulumi language can use. What only TypeScript could pass comes from the options of the resource. */
export type Construct = (name: string, args: never, opts: Options) => Promise<object>;

/** Options of a resource in another language, as the host hands them over. */
export interface Options extends pulumi.ComponentResourceOptions {
  /** What the resource depends on: its `dependsOn`, and where its arguments come from. */
  dependsOn: pulumi.Resource[];
  providers?: Record<string, pulumi.ProviderResource>;
}

type Constructor<Args> = new (name: string, args: Args, opts?: pulumi.ComponentResourceOptions) => object;

/** A component whose arguments are all values. */
function plain<Args>(load: () => Promise<Constructor<Args>>): Construct {
  return async (name: string, args: Args, opts: Options) => new (await load())(name, args, opts);
}

/** The same, with the provider and the nodes that the options stand for. */
function onCluster<Args>(load: () => Promise<Constructor<Args>>): Construct {
  return async (name: string, args: Args, opts: Options) =>
    new (await load())(name, { ...args, provider: opts.providers?.["kubernetes"], clusterReady: opts.dependsOn }, opts);
}

/** In the order in which a stack is built. A cloud's SDK is loaded for the components that need it. */
export const packagedComponents: Record<string, Construct> = {
  ExistingCluster: plain(async () => (await import("../components/cluster/existing.js")).ExistingCluster),
  GkeCluster: plain(async () => (await import("../components/gke.js")).GkeCluster),
  AckCluster: plain(async () => (await import("../components/ack.js")).AckCluster),
  IstioMesh: onCluster(async () => (await import("../components/mesh/istio.js")).IstioMesh),
  CloudServiceMesh: onCluster(async () => (await import("../components/gke.js")).CloudServiceMesh),
  AlibabaServiceMesh: onCluster(async () => (await import("../components/ack.js")).AlibabaServiceMesh),
  MeshNamespace: plain(async () => (await import("../components/namespace/meshNamespace.js")).MeshNamespace),
  EgressGateway: plain(async () => (await import("../components/gateway/egressGateway.js")).EgressGateway),
  DatabaseEgress: plain(async () => (await import("../components/egress/databaseEgress.js")).DatabaseEgress),
  CloudSqlDatabase: async (name: string, args: CloudSqlDatabaseArgs, opts: Options) => {
    const { CloudSqlDatabase } = await import("../components/gke.js");
    // The peering is a part of the cluster, which the network's facts come from.
    const network = { ...args.network, databasePeering: opts.dependsOn[0] };
    return new CloudSqlDatabase(name, { ...args, network }, opts);
  },
  RdsDatabase: plain(async () => (await import("../components/ack.js")).RdsDatabase),
  MutualTls: plain(async () => (await import("../components/identity/mutualTls.js")).MutualTls),
  NetworkIsolation: plain(async () => (await import("../components/network/networkIsolation.js")).NetworkIsolation),
  HttpsIngress: plain(async () => (await import("../components/ingress/httpsIngress.js")).HttpsIngress),
  SecurePlatform: async (name: string, args: SecurePlatformArgs, opts: Options) =>
    (await import("./securePlatform.js")).securePlatform(name, args, opts),
};
