import { machineAddresses } from "../outside/outside.js";
import { connection, serverHandshake } from "../probes/connection.js";
import { heardOfHalted, heardOfRefused } from "../probes/databaseConnections.js";
import { gatewayLog } from "../probes/gatewayLog.js";
import { withoutCertificate } from "../probes/http.js";
import { query, sidecarInjected } from "../probes/mysqlClient.js";
import type { Config, Scenario } from "./scenario.js";
import { stackConfig } from "./stackFile.js";
import { addressOf, allGatewayPods, type Who } from "./stage.js";

const client: Who = { namespace: "demo-server", labels: { name: "lbl-k8s-mysql" } };
/** The client's labels and service account, in a namespace nobody allowed. */
const sameLabels: Who = { namespace: "unlisted", labels: client.labels };
const visitor: Who = { namespace: "unlisted", labels: { app: "visitor" } };
/** A pod of the client's own namespace, with the client's account, that keeps the database's port from its sidecar. */
const excluder: Who = { namespace: "demo-server", labels: { app: "excluder" } };
const bare: Who = { namespace: "bare", labels: { app: "bare" } };

const host = "rm-example.mysql.rds.aliyuncs.com";
/** The gateway's own Service for the database's port. */
const gatewayService = "egressgateway-rds.istio-egress.svc.cluster.local";
const rds = { host, port: 3306 };
const byAddress = { ...rds, address: machineAddresses.rds };

type Database = { clients: object[] } & Record<string, unknown>;

function withClients(config: Config, clients: object[]): Config {
  return {
    ...config,
    databases: (config["databases"] as Database[]).map((database) => ({ ...database, clients })),
    access: {},
  };
}

/** The pod that keeps the port from its sidecar stands for one that was there before the guard, which would refuse it. */
function withoutPodGuard(config: Config): Config {
  const namespaces = config["namespaces"] as object[];
  return { ...config, namespaces: namespaces.map((each) => ({ ...each, podGuard: false })) };
}

/** Names somebody else, so that the client is refused. */
const refusing = (config: Config): Config =>
  withClients(config, [{ namespace: "demo-server", serviceAccounts: ["somebody-else"] }]);

/** At the gateway's port, with the database's name as SNI. */
const halted = { observation: "h", from: client, sni: host, gateway: gatewayService, port: 13306 };

const mysql = { protocol: "mysql", to: rds } as const;

/** A MySQL client reaches ApsaraDB RDS through the egress gateway, and nothing else does. */
export const rdsScenario: Scenario = {
  name: "rds",
  title: "A MySQL client reaches ApsaraDB RDS only through the egress gateway",
  config: () => withoutPodGuard(stackConfig("rds")),
  secrets: async ({ password }) => ({ mysqlRootPassword: password }),
  machines: ["rds"],
  fixtures: [
    {
      name: "unlisted",
      injection: true,
      workloads: [{ name: "k8s-mysql", labels: client.labels }, { name: "visitor" }],
    },
    { name: "bare", injection: false, workloads: [{ name: "bare" }] },
    {
      name: "demo-server",
      injection: "of the stack",
      workloads: [
        {
          name: "excluder",
          serviceAccount: "k8s-mysql",
          annotations: { "traffic.sidecar.istio.io/excludeOutboundPorts": "3306" },
        },
      ],
    },
  ],
  steps: [
    {
      title: "before the database is registered",
      config: (config) => ({ ...config, databases: [], access: {} }),
      probes: [
        sidecarInjected({ observation: "a", who: client }),
        query({
          observation: "b",
          title: "an unregistered database is cut off by REGISTRY_ONLY",
          who: client,
          host,
          expected: /ERROR 2013/,
          expectedText: "ERROR 2013",
          expect: "blocked",
        }),
      ],
    },
    {
      title: "the policy names another service account",
      config: refusing,
      probes: [
        query({
          observation: "c",
          title: "a client the policy does not name is refused",
          who: client,
          host,
          expected: /ERROR 2013/,
          expectedText: "ERROR 2013",
          expect: "blocked",
        }),
        serverHandshake({
          ...mysql,
          observation: "h",
          title: "a denied client of the same namespace receives no byte, not even MySQL's handshake packet",
          from: client,
          expect: "blocked",
        }),
      ],
    },
    {
      title: "handshakes that are refused, counted at the database",
      config: refusing,
      probes: [
        heardOfRefused({
          observation: "h",
          title: "a client that is refused in the handshake makes the gateway open no connection to the database",
          from: client,
          to: rds,
          expect: "of none",
        }),
      ],
    },
    {
      title: "handshakes that never end, counted at the database",
      config: refusing,
      probes: [heardOfHalted({ ...halted, title: "nor does a process without a certificate", expect: "of none" })],
    },
    {
      title: "the same without connectAfterHandshake",
      config: (config) => ({ ...refusing(config), gateway: { connectAfterHandshake: false } }),
      probes: [
        heardOfHalted({
          ...halted,
          title: "Envoy by itself connects for a process without a certificate, as often as it likes",
          expect: "of each",
        }),
      ],
    },
    {
      title: "the policy names the client",
      probes: [
        query({
          observation: "d",
          title: "the allowed client's query is answered",
          who: client,
          host,
          expected: /^rds$/m,
          expectedText: "the database's own name",
          expect: "answers",
        }),
        gatewayLog({
          observation: "e",
          title: "the gateway's access log names caller, SNI and upstream",
          expected: `${host} to ${machineAddresses.rds}:3306`,
          find: (line, stage) =>
            line.requested_server_name === host &&
            line.downstream_peer_uri_san === "spiffe://cluster.local/ns/demo-server/sa/k8s-mysql" &&
            line.upstream_host === `${machineAddresses.rds}:3306` &&
            (line.downstream_remote_address?.startsWith(`${addressOf(stage.pod(client))}:`) ?? false),
        }),
        connection({
          ...mysql,
          observation: "f",
          title: "a workload of another namespace is refused",
          from: visitor,
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "f",
          title: "so is one with the client's labels and service account name in another namespace",
          from: sameLabels,
          expect: "blocked",
        }),
        serverHandshake({
          ...mysql,
          observation: "h",
          title: "an unauthorized client receives no byte",
          from: visitor,
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "f",
          title: "an unauthorized client that dials the address instead of the name is refused",
          from: visitor,
          to: byAddress,
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "f",
          title: "an unauthorized client that dials the gateway itself is refused",
          from: visitor,
          to: { host: gatewayService, port: 13306 },
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "g",
          title: "the client's own process, as the proxy's user, does not get past its sidecar by name",
          from: client,
          through: "bypass",
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "g",
          title: "nor by address",
          from: client,
          through: "bypass",
          to: byAddress,
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "g",
          title: "nor through the gateway's port without a certificate",
          from: client,
          through: "bypass",
          to: { host: gatewayService, port: 13306 },
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "g",
          title: "nor a pod of the client's namespace and account that excludes the port from its sidecar",
          from: excluder,
          through: "bypass",
          portExcluded: true,
          to: byAddress,
          expect: "blocked",
        }),
        withoutCertificate({
          observation: "g",
          title: "nor at the gateway's port with the database's name as a forged SNI",
          from: client,
          sni: host,
          gateway: gatewayService,
          port: 13306,
        }),
        connection({
          observation: "f",
          title: "an unauthorized client with the database's name as a forged Host is refused",
          from: visitor,
          protocol: "tcp",
          to: byAddress,
          expect: "blocked",
        }),
        serverHandshake({
          ...mysql,
          observation: "h",
          title: "bypassing its sidecar, the client receives no handshake packet either",
          from: client,
          through: "bypass",
          to: byAddress,
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "g",
          title:
            "a namespace no policy covers reaches an open database by bypassing its sidecar: what the allow-list is for",
          from: visitor,
          through: "bypass",
          to: byAddress,
          expect: "answers",
        }),
      ],
    },
    {
      title: "the database's own allow-list admits the gateway only",
      act: async (stage) => stage.outside.allowList("rds", (await allGatewayPods(stage)).map(addressOf)),
      probes: [
        connection({
          ...mysql,
          observation: "g",
          title: "the same process is refused by the database's allow-list",
          from: visitor,
          through: "bypass",
          to: byAddress,
          expect: "blocked",
        }),
        connection({
          ...mysql,
          observation: "g",
          title: "and so is a pod without a sidecar",
          from: bare,
          expect: "blocked",
        }),
        query({
          observation: "g",
          title: "while the allowed client is still answered",
          who: client,
          host,
          expected: /^rds$/m,
          expectedText: "the database's own name",
          expect: "answers",
        }),
      ],
    },
  ],
  change: {
    title: "a further client of the database",
    config: (config) => withClients(config, [{ namespace: "demo-server", serviceAccounts: ["k8s-mysql", "reports"] }]),
    expect: [/^update Gateway .*rds/, /^update EnvoyFilter .*rds/],
  },
};
