import { connection } from "../probes/connection.js";
import { gatewayPods, type Stage, type Who } from "../scenarios/stage.js";
import type { Config, Scenario } from "../scenarios/scenario.js";
import { waitingWorkload } from "../scenarios/waitingWorkload.js";
import { attempt, create, type Attempt } from "./attempt.js";
import { container, gateway, otherTeam, pod, serviceEntry, virtualService } from "./objects.js";

const buyer: Who = { namespace: "shop", labels: { app: "buyer" } };
const host = "rm-example.mysql.rds.aliyuncs.com";
const nodeKey = "mesh-egress/gateway-node";
const selector = { istio: "egressgateway" };

const ledger = (...serviceAccounts: string[]): object => ({
  name: "ledger",
  host,
  protocol: "mysql",
  clients: [{ namespace: buyer.namespace, serviceAccounts }],
});

const config: Config = {
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  gateway: { install: true, dedicatedNodes: true, routeGuard: { reservedHosts: ["*.db.example.com"] } },
  namespaces: [{ name: buyer.namespace }],
  databases: [ledger("buyer")],
  workloads: [waitingWorkload(buyer)],
};

const own = ["."];
const routes: readonly Attempt[] = [
  create("a", "an entry for the database's host, for everybody", serviceEntry(otherTeam, host)),
  create("a", "the same for the gateway's namespace", serviceEntry(otherTeam, host, [gatewayPods.namespace])),
  create("a", "the same for a client's namespace", serviceEntry(otherTeam, host, [buyer.namespace])),
  create("a", "a wildcard that covers the host", serviceEntry(otherTeam, "*.mysql.rds.aliyuncs.com")),
  create("a", "an entry for the team's own namespace", serviceEntry(otherTeam, host, own), false),
  create("a", "an entry for another host", serviceEntry(otherTeam, "elsewhere.example.org"), false),
  create("a", "an entry for a host of databases to come", serviceEntry(otherTeam, "new.db.example.com")),
  create("a", "a route for the database's host", virtualService(otherTeam, host)),
  create("a", "a route for every host", virtualService(otherTeam, "*")),
  create("a", "a route of the team's own gateway", virtualService(otherTeam, "*", { gateways: ["own"] }), false),
  {
    observation: "a",
    title: "an entry that is exported later",
    args: ["patch", "serviceentry", "quiet", "-n", otherTeam, "--type=merge", "-p", '{"spec":{"exportTo":["*"]}}'],
    refused: true,
  },
  {
    observation: "a",
    title: "another change of that entry",
    args: ["label", "serviceentry", "quiet", "-n", otherTeam, "seen=true"],
    refused: false,
  },
];

const traffic = "traffic.sidecar.istio.io";
const inShop = (spec: object, annotations?: Record<string, string>): object => pod(buyer.namespace, spec, annotations);
const clients: readonly Attempt[] = [
  create("b", "a pod of a client's namespace on the node's network", inShop({ hostNetwork: true })),
  create("b", "with the node's files", inShop({ volumes: [{ name: "node", hostPath: { path: "/" } }] })),
  create("b", "privileged", inShop(container({ securityContext: { privileged: true } }))),
  create(
    "b",
    "that may change its packet rules",
    inShop(container({ securityContext: { capabilities: { add: ["NET_ADMIN"] } } })),
  ),
  create("b", "with the sidecar's user", inShop(container({ securityContext: { runAsUser: 1337 } }))),
  create("b", "with the sidecar's group", inShop({ securityContext: { runAsGroup: 1337 } })),
  create(
    "b",
    "that excludes the database's port from its sidecar",
    inShop({}, { [`${traffic}/excludeOutboundPorts`]: "3306" }),
  ),
  create("b", "that excludes addresses", inShop({}, { [`${traffic}/excludeOutboundIPRanges`]: "10.0.0.0/8" })),
  create("b", "without interception", inShop({}, { "sidecar.istio.io/interceptionMode": "NONE" })),
  create("b", "that asks for none of it", inShop({}), false),
];

const everyTaint = [{ operator: "Exists" }];
const guest = (spec: object): object => pod(otherTeam, spec);
const nodes: readonly Attempt[] = [
  create(
    "c",
    "a pod that tolerates the gateway nodes' taint",
    guest({ tolerations: [{ key: nodeKey, operator: "Exists" }] }),
  ),
  create("c", "every taint", guest({ tolerations: everyTaint })),
  create("c", "every taint, on the node's network", guest({ hostNetwork: true, tolerations: everyTaint })),
  create("c", "that asks for the gateway nodes' label", guest({ nodeSelector: { [nodeKey]: "true" } })),
  create("c", "that names its node", guest({ nodeName: "lab" })),
  create("c", "another taint", guest({ tolerations: [{ key: "spot", operator: "Exists" }] }), false),
];

const servers: readonly Attempt[] = [
  create("d", "a Gateway of another namespace on the gateway's pods", gateway(selector)),
  create("d", "one that selects every gateway", gateway(undefined)),
  create("d", "one by a label that the injector adds", gateway({ "sidecar.istio.io/inject": "true" })),
  create("d", "one on other pods", gateway({ istio: "ingressgateway" }), false),
];

/** The gateway's pods run on nodes with its label only. */
const nodesLabelled = ({ kubectl }: Stage) => kubectl(["label", "nodes", "--all", `${nodeKey}=true`, "--overwrite"]);

const answered = connection({
  observation: "e",
  title: "while the client is answered by its database",
  from: buyer,
  protocol: "mysql",
  to: { host, port: 3306 },
  expect: "answers",
});

const unscoped = (stack: Config): Config => ({
  ...stack,
  mesh: { ...(stack["mesh"] as object), scopeGateways: false },
});

/** What other teams ask of the API server against the stack, and are refused. */
export const admissionScenario: Scenario = {
  name: "admission",
  title: "The API server refuses routes, servers and pods that would go round the gateway",
  config: () => config,
  secrets: async () => ({}),
  machines: ["rds"],
  fixtures: [{ name: otherTeam, injection: true, workloads: [] }],
  steps: [
    {
      title:
        "another team tries to take the database's host over, to leave the mesh, and to get to the gateway's nodes",
      up: async (stack, stage) => {
        await nodesLabelled(stage);
        return stack.up();
      },
      act: async ({ kubectl }) => {
        const quiet = serviceEntry(otherTeam, host, own) as { metadata: object };
        await kubectl(["apply", "-f", "-"], { ...quiet, metadata: { name: "quiet", namespace: otherTeam } });
      },
      probes: [...routes, ...clients, ...nodes].map(attempt).concat(answered),
    },
    {
      title: "the mesh does not scope Gateways",
      config: unscoped,
      probes: servers.map(attempt).concat(answered),
    },
  ],
  change: {
    title: "a further client of the database",
    // On the stack as the last step left it: each database has a policy of its own there.
    config: (stack) => ({ ...unscoped(stack), databases: [ledger("buyer", "seller")] }),
    expect: [/^update Gateway .*ledger/, /^update AuthorizationPolicy .*ledger/],
  },
};
