import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { clients } from "../probes/clients.js";
import { failHandshakes, haltedHandshake } from "../probes/databaseConnections.js";
import { applicationUser, proxyUser } from "../probes/users.js";
import { gatewayPods, type Stage, type Who } from "../scenarios/stage.js";
import type { Fault } from "./alertProbe.js";
import { ChangedPods, scaleGateway } from "./gatewayPods.js";
import { reloadRules } from "./prometheus.js";
import {
  buyer,
  descriptorPercent,
  ledgerHost,
  ledgerUser,
  memoryPercent,
  seller,
  shop,
  visitor,
} from "./alertsSetting.js";

const held = fileURLToPath(new URL("held.js", import.meta.url));
const gateway = { gateway: "egressgateway.istio-egress.svc.cluster.local", port: 15443 };
const database = ["database", `${ledgerHost}:3306`] as const;
const nothing = () => Promise.resolve();

/** Connects as an application does, several times, whatever becomes of it. */
async function connect(stage: Stage, from: Who, host: string): Promise<void> {
  const { password, caFile, servers } = stage.outside;
  const { command, environment } = clients.mysql({ host, port: 3306 }, { password, caFile, timeoutMs: 2_000, servers });
  for (let i = 0; i < 3; i += 1)
    await stage.exec(from, command, {
      user: applicationUser,
      timeoutMs: 8_000,
      ...(environment ? { environment } : {}),
    });
}

/** Opens connections through the client's sidecar that stay open for a while; the database ends those that do not log in. */
function hold(stage: Stage, from: Who, count: number): void {
  const command = [process.execPath, held, ledgerHost, "3306", String(count), "9000"];
  void stage.exec(from, command, { user: applicationUser, timeoutMs: 20_000 });
}

/** A policy beside the stack's, on the gateway's pods. */
function policy(name: string, rules: object[]): object {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name, namespace: gatewayPods.namespace },
    spec: { action: "DENY", selector: { matchLabels: gatewayPods.labels }, rules },
  };
}

const apply = ({ kubectl }: Stage, object: object) => kubectl(["apply", "--server-side", "-f", "-"], object);
const remove = ({ kubectl }: Stage, name: string) =>
  kubectl(["delete", "authorizationpolicy", "-n", gatewayPods.namespace, name, "--ignore-not-found"]);

const refusedHandshakes: Fault[] = [
  {
    title: "a client asks for a database that it may not use",
    fires: ["EgressGatewayHandshakesRefused"],
    label: ["reason", "client may not use the database"],
    strike: (stage) => connect(stage, visitor, ledgerHost),
    heal: nothing,
  },
  {
    title: "a process beside its sidecar shows no certificate",
    fires: ["EgressGatewayHandshakesRefused"],
    label: ["reason", "client has no certificate"],
    strike: (stage) => failHandshakes(stage, buyer, { ...gateway, sni: ledgerHost }),
    heal: nothing,
  },
  {
    title: "a process beside its sidecar asks for a name that no database has",
    fires: ["EgressGatewayHandshakesRefused"],
    label: ["reason", "no database has this server name"],
    strike: (stage) => failHandshakes(stage, buyer, { ...gateway, sni: "unknown.example.com" }),
    heal: nothing,
  },
];

const deniedByPolicy: Fault = {
  title: "a policy that somebody adds denies a client of the database",
  fires: ["EgressGatewayPolicyDenied"],
  strike: async (stage) => {
    const principals = [`cluster.local/ns/${shop}/sa/seller`];
    await apply(stage, policy("added-by-hand", [{ from: [{ source: { principals } }] }]));
    await sleep(3_000);
    await connect(stage, seller, ledgerHost);
  },
  heal: async (stage) => {
    await remove(stage, "added-by-hand");
  },
};

const databaseDown: Fault = {
  title: "the database answers nobody any more",
  fires: ["EgressDatabaseConnectFailures"],
  label: database,
  strike: ({ outside }) => outside.allowList("rds", []),
  heal: ({ outside }) => outside.admitEverybody(),
};

const nearLimit: Fault = {
  title: "17 of 20 connections to the database are held",
  fires: ["EgressDatabaseConnectionsNearLimit"],
  label: database,
  strike: async (stage) => hold(stage, buyer, 17),
  heal: nothing,
};

const overLimit: Fault = {
  title: "two clients hold more connections than the gateway's pod may",
  // Whoever is above a limit is near it.
  fires: ["EgressDatabaseConnectionLimitReached", "EgressDatabaseConnectionsNearLimit"],
  label: database,
  strike: async (stage) => {
    hold(stage, buyer, 17);
    hold(stage, seller, 10);
  },
  heal: nothing,
};

const shortCertificate = new ChangedPods(({ proxyMetadata, ...rest }) => ({
  ...rest,
  proxyMetadata: { ...proxyMetadata, SECRET_TTL: "1h0m0s" },
}));

const olderProxy = new ChangedPods(({ proxyMetadata, ...rest }) => ({
  ...rest,
  proxyMetadata: { ...proxyMetadata, ISTIO_META_ISTIO_VERSION: "1.30.0" },
}));

const trimmed = new ChangedPods(({ proxyStatsMatcher: _, ...rest }) => rest);

/** Handshakes that are begun and not ended, well above the share of the file descriptors that is told. */
const manyConnections: Fault = {
  title: `a process holds more than ${descriptorPercent} % of the connections that a pod can have`,
  fires: ["EgressGatewayConnectionsNearLimit"],
  strike: async (stage) => {
    const command = [
      process.execPath,
      haltedHandshake,
      gateway.gateway,
      String(gateway.port),
      ledgerHost,
      "3000",
      "12000",
    ];
    void stage.exec(buyer, command, { user: proxyUser, timeoutMs: 30_000 });
  },
  heal: nothing,
};

const restlessPolicy: Fault = {
  title: "a policy of the gateway changes all the time",
  fires: ["EgressGatewayDraining"],
  label: ["reason", "configuration"],
  strike: async (stage) => {
    for (let port = 1; port <= 15; port += 1) {
      await apply(stage, policy("restless", [{ to: [{ operation: { ports: [String(port)] } }] }]));
      await sleep(400);
    }
  },
  heal: async (stage) => {
    await remove(stage, "restless");
  },
};

const unused: Fault = {
  title: "nobody connects to the database any more",
  fires: ["EgressDatabaseUnused"],
  label: database,
  strike: ({ kubectl }) => scale(kubectl, 0),
  heal: ({ kubectl }) => scale(kubectl, 1),
};

async function scale(kubectl: Stage["kubectl"], replicas: number): Promise<void> {
  await kubectl(["scale", "-n", shop, `deployment/${ledgerUser}`, `--replicas=${replicas}`]);
}

/** One after the other: each probe waits until nothing fires, and leaves it so. */
export const faults: readonly Fault[] = [
  ...refusedHandshakes,
  deniedByPolicy,
  databaseDown,
  nearLimit,
  overLimit,
  unused,
  manyConnections,
  {
    title: "the gateway's pod gets a certificate of one hour",
    fires: ["EgressGatewayCertificateExpiring"],
    label: ["certificate", "workload"],
    ...shortCertificate,
  },
  {
    title: "the gateway's proxy is of another version than the control plane",
    fires: ["EgressGatewayVersionSkew"],
    label: ["version", "1.30.0"],
    ...olderProxy,
  },
  {
    title: "the pods' own configuration leaves out the statistics",
    fires: ["EgressGatewayStatisticsMissing"],
    ...trimmed,
  },
  restlessPolicy,
  {
    title: "no pod of the gateway runs",
    fires: ["EgressGatewayNotScraped"],
    strike: (stage) => scaleGateway(stage, 0),
    heal: (stage) => scaleGateway(stage, 1),
  },
];

/** The step has given the pods little memory; the rules have their limit. */
export const littleMemory: Fault = {
  title: `the gateway's pod uses more than ${memoryPercent} % of a memory limit of 112 MiB`,
  fires: ["EgressGatewayMemoryNearLimit"],
  strike: reloadRules,
};
