import type * as pulumi from "@pulumi/pulumi";
import type { CloudSqlDatabaseArgs } from "../components/gke.js";
import type { SecurePlatformArgs } from "./platform.js";

/** A component that every Pulumi language can use. */
export interface PackagedComponent {
  /** File that exports the component and its arguments, which the package's schema is made from. */
  file: string;
  /** Makes one. What only a program in TypeScript could pass comes from the options of the resource. */
  construct: (name: string, args: never, opts: Options) => Promise<object>;
}

/** Options of a resource in another language, as the host hands them over. */
export interface Options extends pulumi.ComponentResourceOptions {
  /** What the resource depends on: its `dependsOn`, and where its arguments come from. */
  dependsOn: pulumi.Resource[];
  providers?: Record<string, pulumi.ProviderResource>;
}

type Constructor<Args> = new (name: string, args: Args, opts?: pulumi.ComponentResourceOptions) => object;

/** A component whose arguments are all values. */
function plain<Args>(file: string, load: () => Promise<Constructor<Args>>): PackagedComponent {
  const construct = async (name: string, args: Args, opts: Options) => new (await load())(name, args, opts);
  return { file, construct: construct as PackagedComponent["construct"] };
}

/** The same, with the provider and the nodes that the options stand for. */
function onCluster<Args>(file: string, load: () => Promise<Constructor<Args>>): PackagedComponent {
  const construct = async (name: string, args: Args, opts: Options) =>
    new (await load())(name, { ...args, provider: opts.providers?.["kubernetes"], clusterReady: opts.dependsOn }, opts);
  return { file, construct: construct as PackagedComponent["construct"] };
}

/** In the order in which a stack is built. A cloud's SDK is loaded for the components that need it. */
export const packagedComponents: Record<string, PackagedComponent> = {
  ExistingCluster: plain(
    "components/cluster/existing.ts",
    async () => (await import("../components/cluster/existing.js")).ExistingCluster,
  ),
  GkeCluster: plain("components/cluster/gke.ts", async () => (await import("../components/gke.js")).GkeCluster),
  AckCluster: plain("components/cluster/ack.ts", async () => (await import("../components/ack.js")).AckCluster),
  IstioMesh: onCluster("components/mesh/istio.ts", async () => (await import("../components/mesh/istio.js")).IstioMesh),
  CloudServiceMesh: onCluster(
    "components/mesh/cloudServiceMesh.ts",
    async () => (await import("../components/gke.js")).CloudServiceMesh,
  ),
  AlibabaServiceMesh: onCluster(
    "components/mesh/asm.ts",
    async () => (await import("../components/ack.js")).AlibabaServiceMesh,
  ),
  MeshNamespace: plain(
    "components/namespace/meshNamespace.ts",
    async () => (await import("../components/namespace/meshNamespace.js")).MeshNamespace,
  ),
  EgressGateway: plain(
    "components/gateway/egressGateway.ts",
    async () => (await import("../components/gateway/egressGateway.js")).EgressGateway,
  ),
  DatabaseEgress: plain(
    "components/egress/databaseEgress.ts",
    async () => (await import("../components/egress/databaseEgress.js")).DatabaseEgress,
  ),
  CloudSqlDatabase: {
    file: "components/database/cloudSql.ts",
    construct: async (name: string, args: CloudSqlDatabaseArgs, opts: Options) => {
      const { CloudSqlDatabase } = await import("../components/gke.js");
      // The peering is a part of the cluster, which the network's facts come from.
      const network = { ...args.network, databasePeering: opts.dependsOn[0] };
      return new CloudSqlDatabase(name, { ...args, network }, opts);
    },
  },
  RdsDatabase: plain("components/database/rds.ts", async () => (await import("../components/ack.js")).RdsDatabase),
  MutualTls: plain(
    "components/identity/mutualTls.ts",
    async () => (await import("../components/identity/mutualTls.js")).MutualTls,
  ),
  NetworkIsolation: plain(
    "components/network/networkIsolation.ts",
    async () => (await import("../components/network/networkIsolation.js")).NetworkIsolation,
  ),
  HttpsIngress: plain(
    "components/ingress/httpsIngress.ts",
    async () => (await import("../components/ingress/httpsIngress.js")).HttpsIngress,
  ),
  SecurePlatform: {
    file: "plugin/platform.ts",
    construct: async (name: string, args: SecurePlatformArgs, opts: Options) =>
      (await import("./securePlatform.js")).securePlatform(name, args, opts),
  },
};
