import { writeFileSync } from "node:fs";
import { connection } from "../probes/connection.js";
import type { Config, Scenario } from "../scenarios/scenario.js";
import { allGatewayPods, type Who } from "../scenarios/stage.js";
import { waitingWorkload } from "../scenarios/waitingWorkload.js";

const orders: Who = { namespace: "shop", labels: { app: "orders" } };
const config: Config = {
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  namespaces: [{ name: "shop" }],
  databases: [
    {
      name: "ledger",
      host: "rm-example.mysql.rds.aliyuncs.com",
      protocol: "mysql",
      clients: [{ namespace: "shop", serviceAccounts: ["orders"] }],
      limits: { maxConnections: 4 },
    },
    { name: "stock", host: "rm-stock.mysql.rds.aliyuncs.com", protocol: "mysql", clients: [{ namespace: "shop" }] },
  ],
  workloads: [waitingWorkload(orders)],
};
const mysql = { protocol: "mysql", to: { host: "rm-example.mysql.rds.aliyuncs.com", port: 3306 } } as const;
export const alertsScenario: Scenario = {
  name: "alerts",
  title: "x",
  config: () => config,
  secrets: async () => ({}),
  machines: ["rds", "stock"],
  fixtures: [],
  steps: [
    {
      title: "a",
      probes: [connection({ ...mysql, observation: "b", title: "answered", from: orders, expect: "answers" })],
    },
    {
      title: "b",
      act: async (stage) => {
        const dump = async (tag: string) => {
          for (const [i, pod] of (await allGatewayPods(stage)).entries())
            for (const port of [15020, 15090]) {
              const { stdout } = await stage.agent.exec(
                pod.metadata ?? {},
                "netns",
                ["curl", "-sS", `http://127.0.0.1:${port}/stats/prometheus`],
                { timeoutMs: 5000 },
              );
              writeFileSync(`/tmp/metrics/${tag}-${i}-${port}.txt`, stdout);
            }
          for (const pod of stage.agent.podsOf("istio-system", { app: "istiod" })) {
            const { stdout } = await stage.agent.exec(
              pod.metadata ?? {},
              "netns",
              ["curl", "-sS", `http://127.0.0.1:15014/metrics`],
              { timeoutMs: 5000 },
            );
            writeFileSync(`/tmp/metrics/${tag}-istiod.txt`, stdout);
          }
          const [pod] = await allGatewayPods(stage);
          writeFileSync(`/tmp/metrics/${tag}-pod.json`, JSON.stringify(pod, null, 1));
        };
        await dump("default");
        const patch = {
          spec: {
            template: {
              metadata: {
                annotations: {
                  "proxy.istio.io/config": JSON.stringify({ proxyStatsMatcher: { inclusionRegexps: [".*"] } }),
                },
              },
            },
          },
        };
        await stage.kubectl([
          "patch",
          "-n",
          "istio-egress",
          "deployment/egressgateway",
          "--type=merge",
          "-p",
          JSON.stringify(patch),
        ]);
        await stage.kubectl(["rollout", "status", "-n", "istio-egress", "deployment/egressgateway", "--timeout=120s"]);
        await new Promise((r) => setTimeout(r, 8000));
        await dump("all0");
        for (let i = 0; i < 4; i++)
          await connection({ ...mysql, observation: "b", title: "answered", from: orders, expect: "answers" }).run(
            stage,
          );
        await connection({
          ...mysql,
          to: { host: "rm-stock.mysql.rds.aliyuncs.com", port: 3306 },
          observation: "b",
          title: "answered",
          from: orders,
          expect: "answers",
        }).run(stage);
        await connection({
          ...mysql,
          observation: "b",
          title: "answered",
          from: orders,
          through: "around",
          to: { host: "egressgateway.istio-egress.svc.cluster.local", port: 15443 },
          expect: "blocked",
        }).run(stage);
        await dump("all1");
        const [pod] = stage.gatewayPods();
        void stage.kubectl(["delete", "pod", "-n", "istio-egress", pod?.metadata?.name ?? "", "--wait=false"]);
        for (let i = 0; i < 6; i++) {
          await new Promise((r) => setTimeout(r, 1000));
          const { stdout } = await stage.agent.exec(
            pod?.metadata ?? {},
            "netns",
            ["curl", "-sS", `http://127.0.0.1:15020/stats/prometheus`],
            { timeoutMs: 5000 },
          );
          writeFileSync(`/tmp/metrics/drain-${i}.txt`, stdout);
        }
      },
      probes: [],
    },
  ],
  change: { title: "x", config: (c) => c, expect: [] },
};
