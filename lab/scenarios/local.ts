import { connection, serverHandshake } from "../probes/connection.js";
import { sidecarInjected } from "../probes/mysqlClient.js";
import type { Config, Scenario } from "./scenario.js";
import { stackConfig } from "./stackFile.js";
import type { Who } from "./stage.js";

const orders: Who = { namespace: "shop", labels: { app: "orders" } };
const stock: Who = { namespace: "shop", labels: { app: "stock" } };
const visitor: Who = { namespace: "unlisted", labels: { app: "visitor" } };

const postgres = { protocol: "postgres", to: { host: "orders.db.example.com", port: 5432 } } as const;
const mysql = { protocol: "mysql", to: { host: "stock.db.example.com", port: 3306 }, answer: /^stock$/m } as const;

type Database = { name: string } & Record<string, unknown>;

function withFurtherClient(config: Config): Config {
  const databases = (config["databases"] as Database[]).map((database) =>
    database.name === "orders"
      ? { ...database, clients: [{ namespace: "shop", serviceAccounts: ["orders", "reports"] }] }
      : database,
  );
  return { ...config, databases };
}

/** The stack for a cluster one has: two services, each with a database of its own, on one port of the gateway. */
export const localScenario: Scenario = {
  name: "local",
  title: "On a cluster you have, each service reaches its own database only",
  config: () => stackConfig("local"),
  secrets: async () => ({}),
  machines: ["postgres", "stock"],
  fixtures: [{ name: "unlisted", injection: true, workloads: [{ name: "visitor" }] }],
  steps: [
    {
      title: "two databases of two services",
      probes: [
        sidecarInjected({ observation: "a", who: orders }),
        connection({
          ...postgres,
          observation: "b",
          title: "orders is answered by its Postgres",
          from: orders,
          expect: "answers",
        }),
        connection({
          ...mysql,
          observation: "b",
          title: "stock is answered by its MySQL",
          from: stock,
          expect: "answers",
        }),
        connection({
          ...postgres,
          observation: "c",
          title: "stock is refused by the Postgres of orders",
          from: stock,
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "c",
          title: "orders is refused by the MySQL of stock",
          from: orders,
          expect: "blocked",
        }),
        serverHandshake({
          ...mysql,
          observation: "c",
          title: "and receives no byte of it",
          from: orders,
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "c",
          title: "bypassing its sidecar, a service does not even reach its own database",
          from: stock,
          through: "bypass",
          expect: "blocked",
        }),
        connection({
          ...postgres,
          observation: "c",
          title: "a workload of another namespace is refused",
          from: visitor,
          expect: "blocked",
        }),
      ],
    },
  ],
  change: {
    title: "a further client of the Postgres",
    config: withFurtherClient,
    expect: [/^update Gateway .*orders/, /^update EnvoyFilter .*orders/],
  },
};
