import { fileURLToPath } from "node:url";
import { readStackFile } from "../../settings/stackFile.js";
import type { EndpointName } from "../cloud/endpoints.js";
import type { World } from "../cloud/inventory.js";
import { chartRepository } from "../mesh/chartRepository.js";
import { hostOf, type Outside } from "../outside/outside.js";
import type { Config } from "../scenarios/scenario.js";

/** A stack as its file has it, cloud included. */
export interface CloudStack {
  readonly name: string;
  /** Its clouds, for people. */
  readonly on: string;
  readonly config: () => Config;
  readonly secrets: (outside: Pick<Outside, "password" | "certificateFor">) => Promise<Record<string, string>>;
  /** The pair the stack is for, if its database is known by name, and the caller as assertions name it. */
  readonly reach?: { pair: string; namespace: string; serviceAccount: string; database: string };
  /** What is in the cloud before, and where `pulumi up` runs. @default an empty cloud, the office */
  readonly world?: Partial<World>;
  /** An add-on that is installed by hand between two `up`s, and the network settings of the first. */
  readonly addOn?: { kinds: "poseidon"; before: (config: Config) => Config };
  /** A database of the stack's own, in the cloud's network. */
  readonly database?: { port: number };
  /** The endpoints that answer, by where they are dialled from. */
  readonly answering?: Record<World["runner"], readonly EndpointName[]>;
  /** Whether the creation of every cloud resource fails once, and some changes and deletions do. @default false */
  readonly isInterrupted?: boolean;
  /** A changed setting, and the changes it makes beside those of the protection against deletion. */
  readonly change: { title: string; cluster: Record<string, unknown>; expect: readonly RegExp[] };
}

/** The stack's file with one more database of the same client. */
export function withFurtherDatabase(config: Config): Config {
  const [first] = config["databases"] as { clients: object[] }[];
  const further = { name: "further", host: hostOf("tcp-gateway-mtls", "postgres"), protocol: "postgres" };
  return { ...config, databases: [first, { ...further, clients: first?.clients }] };
}

/** The pair that comes with it, as the output names it. */
export const furtherPair = (pair: string): string =>
  `${pair.split(" -> ")[0]} -> ${hostOf("tcp-gateway-mtls", "postgres")}:5432`;

/** The stack's file with an assertion that its own client breaks. */
export function withBrokenPromise(
  config: Config,
  { namespace, serviceAccount, database }: NonNullable<CloudStack["reach"]>,
): Config {
  const promise = { name: "broken", from: { namespace, serviceAccount }, to: { database }, expect: "blocked" };
  return { ...config, access: { assert: [promise] } };
}

/** As the documents say it, before a stack is destroyed. */
export function withoutProtection(config: Config, cluster: Record<string, unknown> = {}): Config {
  const databases = (config["databases"] as { provision?: object }[] | undefined)?.map((database) =>
    database.provision ? { ...database, provision: { ...database.provision, deletionProtection: false } } : database,
  );
  return {
    ...config,
    cluster: { ...(config["cluster"] as object), ...cluster, deletionProtection: false },
    ...(databases ? { databases } : {}),
  };
}

/** A stack file, but for its secrets. Istio's charts come from the lab. */
function fileConfig(path: string): Config {
  const { own, foreign } = readStackFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
  const { secrets: _, mesh, ...rest } = own;
  return { ...foreign, ...rest, mesh: fromTheLab(mesh as Config) };
}

const fromTheLab = (mesh: Config): Config =>
  mesh["kind"] === "istio" ? { ...mesh, repository: chartRepository } : mesh;

const ofStack = (name: string) => () => fileConfig(`stacks/Pulumi.${name}.yaml`);
const ofExample = (name: string) => () => fileConfig(`examples/${name}/Pulumi.${name}.yaml`);

const more = {
  gke: {
    title: "a further gateway node in each zone, and no protection against deletion",
    cluster: { gatewayPool: { nodesPerZone: 2 } },
    expect: [/^update NodePool platform-cluster-gateway-nodes$/],
  },
  ack: {
    title: "addresses of less bandwidth, and no protection against deletion",
    cluster: { natBandwidthMbps: 100 },
    expect: [
      /^update EipAddress platform-cluster-vpc-nodes-address$/,
      /^update EipAddress platform-cluster-vpc-gateway-address$/,
    ],
  },
};

const password = { orders: "ordersPassword", stock: "stockPassword" };
const clientsOf = (account: string) => [{ namespace: "shop", serviceAccounts: [account] }];

/** What else the settings of GKE can say: another endpoint, engine, edition, channel, zones and a name too long for an account. */
const gkeOtherwise = (): Config => ({
  cluster: {
    cloud: "gke",
    name: "a-cluster-whose-name-is-longer-than-16",
    project: "example-project",
    region: "europe-west3",
    zones: ["europe-west3-a", "europe-west3-b"],
    databaseCidr: "10.200.0.0/20",
    policyEngine: "calico",
    endpoint: "public",
    authorizedNetworks: [{ name: "office", range: "203.0.113.0/24" }],
    releaseChannel: "RAPID",
  },
  mesh: { kind: "cloud-service-mesh" },
  namespaces: [{ name: "shop" }],
  network: { globalIsolation: { enabled: true } },
  workloads: ["orders", "stock"].map((name) => ({
    ...{
      kind: "deployment",
      name,
      namespace: "shop",
      image: "alpine:3.22",
      command: ["sleep", "infinity"],
      runAsUser: 1000,
    },
  })),
  databases: [
    {
      name: "orders",
      protocol: "postgres",
      clients: clientsOf("orders"),
      provision: {
        ...{ service: "cloud-sql", edition: "ENTERPRISE_PLUS", engineVersion: "POSTGRES_17" },
        ...{ instanceType: "db-perf-optimized-N-2", passwordSecret: password.orders },
      },
    },
    {
      name: "stock",
      protocol: "mysql",
      clients: clientsOf("stock"),
      provision: {
        ...{ service: "cloud-sql", engineVersion: "MYSQL_8_4" },
        ...{ instanceType: "db-custom-2-7680", passwordSecret: password.stock },
      },
    },
  ],
});

/** ACK in a VPC that exists, reached from a machine in it, with Istio. */
const ackInside = (): Config => ({
  "alicloud:region": "cn-hangzhou",
  cluster: {
    cloud: "ack",
    region: "cn-hangzhou",
    vpcId: "vpc-before",
    registry: "registry-vpc.cn-hangzhou.aliyuncs.com/example",
    zones: [
      {
        ...{ zone: "cn-hangzhou-i", nodes: "10.0.0.0/24", pods: "10.64.0.0/20" },
        ...{ gateway: "10.64.32.0/24", databases: "10.1.0.0/24" },
      },
    ],
    nodePool: { instanceTypes: ["ecs.g7.xlarge"] },
    gatewayPool: { instanceTypes: ["ecs.g7.large"] },
  },
  mesh: fromTheLab({ kind: "istio" }),
  namespaces: [{ name: "shop" }],
  databases: [
    {
      name: "stock",
      protocol: "postgres",
      clients: clientsOf("stock"),
      provision: {
        ...{ service: "rds", engineVersion: "16.0", instanceType: "pg.n2.2c.2m", passwordSecret: password.stock },
      },
    },
  ],
});

const vpcBefore = {
  ...{ id: "vpc-before", type: "alicloud:vpc/network:Network", urn: "", number: 0, ready: true },
  ...{ inputs: { cidrBlock: "10.0.0.0/8" }, outputs: {} },
};

const own = async () => ({ ordersPassword: "from-the-lab-1", stockPassword: "from-the-lab-2" });

export const cloudStacks: readonly CloudStack[] = [
  {
    name: "gke",
    on: "GKE and Istio, with Cloud SQL",
    config: ofExample("gke"),
    secrets: own,
    // The DNS-based endpoint asks for credentials, not for an address.
    world: { runner: "home" },
    answering: { office: ["gkeDns"], home: ["gkeDns"], vpc: ["gkeDns"] },
    database: { port: 5432 },
    isInterrupted: true,
    change: more.gke,
  },
  {
    name: "gke-otherwise",
    on: "GKE and Cloud Service Mesh, with a public endpoint, Calico and two editions of Cloud SQL",
    config: gkeOtherwise,
    secrets: own,
    answering: { office: ["gkePublic"], home: [], vpc: ["gkeDns"] },
    database: { port: 5432 },
    isInterrupted: true,
    change: more.gke,
  },
  {
    name: "ack",
    on: "ACK and ASM, with RDS",
    config: ofExample("ack"),
    secrets: own,
    // ASM's own API server asks for a certificate, not for an address.
    answering: {
      office: ["ackPublic", "asmPublic"],
      home: ["asmPublic"],
      vpc: ["ackPrivate", "asmPublic", "asmPrivate"],
    },
    database: { port: 3306 },
    isInterrupted: true,
    change: more.ack,
  },
  {
    name: "ack-inside",
    on: "ACK and Istio, with RDS, from inside a VPC that exists",
    config: ackInside,
    secrets: own,
    world: { runner: "vpc", items: [vpcBefore] },
    answering: { office: [], home: [], vpc: ["ackPrivate"] },
    database: { port: 5432 },
    change: more.ack,
  },
  {
    name: "rds",
    on: "ACK and ASM",
    config: ofStack("rds"),
    secrets: async ({ password: value }) => ({ mysqlRootPassword: value }),
    reach: {
      pair: "demo-server/k8s-mysql -> rm-example.mysql.rds.aliyuncs.com:3306",
      ...{ namespace: "demo-server", serviceAccount: "k8s-mysql", database: "rds" },
    },
    change: more.ack,
  },
  {
    name: "bookinfo",
    on: "GKE and Istio",
    config: ofStack("bookinfo"),
    secrets: async (outside) => {
      const { certificate, key } = await outside.certificateFor("bookinfo.example.com");
      return { bookinfoPassword: outside.password, bookinfoCertificate: certificate, bookinfoKey: key };
    },
    reach: {
      pair: "bookinfo/ratings-v2 -> mongo.db.example.com:27017",
      ...{ namespace: "bookinfo", serviceAccount: "bookinfo-ratings-v2", database: "ratings" },
    },
    change: more.gke,
  },
  {
    name: "boutique",
    on: "GKE and Cloud Service Mesh",
    config: ofStack("boutique"),
    secrets: async (outside) => {
      const { certificate, key } = await outside.certificateFor("boutique.example.com");
      return { boutiqueCertificate: certificate, boutiqueKey: key };
    },
    change: more.gke,
  },
  {
    name: "retail",
    on: "GKE and Istio, without databases",
    config: ofStack("retail"),
    secrets: async ({ password: value }) => ({ catalogPassword: value }),
    change: more.gke,
  },
  {
    name: "bookstore",
    on: "ACK and ASM, with an add-on that is installed by hand",
    config: ofStack("bookstore"),
    addOn: {
      kinds: "poseidon",
      before: (config) => {
        const { globalIsolation: _, ...network } = config["network"] as Record<string, unknown>;
        return { ...config, network };
      },
    },
    secrets: async (outside) => {
      const { certificate, key } = await outside.certificateFor("bookstore.example.com");
      return { bookstoreCertificate: certificate, bookstoreKey: key };
    },
    change: more.ack,
  },
];
