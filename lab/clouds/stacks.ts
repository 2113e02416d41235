import { hostOf, type Outside } from "../outside/outside.js";
import type { Config } from "../scenarios/scenario.js";
import { stackConfig } from "../scenarios/stackFile.js";

/** A stack as its file has it, cloud included. */
export interface CloudStack {
  readonly name: string;
  /** Its clouds, for people. */
  readonly on: string;
  readonly config: () => Config;
  readonly secrets: (outside: Outside) => Promise<Record<string, string>>;
  /** The pair the stack is for, if it is for a database, and the caller as promises name it. */
  readonly reach?: { pair: string; namespace: string; serviceAccount: string; database: string };
}

const region = { "alicloud:region": "cn-hangzhou" };

/** The stack's file with one more database of the same client. */
export function withFurtherDatabase(config: Config): Config {
  const [first] = config["databases"] as { clients: object[] }[];
  const further = { name: "further", host: hostOf("tcp-gateway-mtls", "postgres"), protocol: "postgres" };
  return { ...config, databases: [first, { ...further, clients: first?.clients }] };
}

/** The pair that comes with it, as the output names it. */
export const furtherPair = (pair: string): string =>
  `${pair.split(" -> ")[0]} -> ${hostOf("tcp-gateway-mtls", "postgres")}:5432`;

/** The stack's file with a promise that its own client breaks. */
export function withBrokenPromise(
  config: Config,
  { namespace, serviceAccount, database }: NonNullable<CloudStack["reach"]>,
): Config {
  const promise = { name: "broken", from: { namespace, serviceAccount }, to: { database }, expect: "blocked" };
  return { ...config, access: { assert: [promise] } };
}

export const cloudStacks: readonly CloudStack[] = [
  {
    name: "rds",
    on: "ACK and ASM",
    config: () => ({ ...region, ...stackConfig("rds") }),
    secrets: async ({ password }) => ({ mysqlRootPassword: password }),
    reach: {
      pair: "demo-server/k8s-mysql -> rm-example.mysql.rds.aliyuncs.com:3306",
      ...{ namespace: "demo-server", serviceAccount: "k8s-mysql", database: "rds" },
    },
  },
  {
    name: "bookinfo",
    on: "GKE and Istio",
    config: () => stackConfig("bookinfo"),
    secrets: async (outside) => {
      const { certificate, key } = await outside.certificateFor("bookinfo.example.com");
      return { bookinfoPassword: outside.password, bookinfoCertificate: certificate, bookinfoKey: key };
    },
    reach: {
      pair: "bookinfo/ratings-v2 -> mongo.db.example.com:27017",
      ...{ namespace: "bookinfo", serviceAccount: "bookinfo-ratings-v2", database: "ratings" },
    },
  },
  {
    name: "boutique",
    on: "GKE and Cloud Service Mesh",
    config: () => stackConfig("boutique"),
    secrets: async (outside) => {
      const { certificate, key } = await outside.certificateFor("boutique.example.com");
      return { boutiqueCertificate: certificate, boutiqueKey: key };
    },
  },
];
