import { connection, serverHandshake } from "../probes/connection.js";
import type { Probe } from "../probes/probe.js";
import { gatewayLog } from "../probes/gatewayLog.js";
import { addressOf } from "../scenarios/stage.js";
import type { Config, Scenario } from "../scenarios/scenario.js";
import { admitEverybody, admitNoMoreThanBefore, backDoorIsSilent, openBackDoor, throughBackDoor } from "./backDoor.js";
import { connections, keptIsUntouched, lostIsCut } from "./changedRights.js";
import { browser, buyer, config, databases, hosts, keeper, keepers, mysql, sameLabels } from "./sharedPolicySetting.js";

const rds = { protocol: "mysql", to: { host: hosts.rds, port: 3306 } } as const;
const stock = { protocol: "mysql", to: { host: hosts.stock, port: 3306 } } as const;
const web = { protocol: "tls", to: { host: hosts.web, port: 443, tls: true } } as const;
const redis = { protocol: "redis", to: { host: hosts.redis, port: 6379 } } as const;

const whoMay: Probe[] = [
  connection({ ...rds, observation: "a", title: "the client is answered", from: buyer, expect: "answers" }),
  connection({
    ...stock,
    observation: "a",
    title: "both clients of the second database are answered",
    from: keeper,
    expect: "answers",
    answer: /^stock$/m,
  }),
  connection({
    ...rds,
    observation: "a",
    title: "another service account of the client's namespace is refused",
    from: browser,
    expect: "blocked",
  }),
  ...[browser, keeper, sameLabels].map(({ namespace, labels }) =>
    serverHandshake({
      ...rds,
      observation: "a",
      title: `${namespace}/${labels["app"]}, which is not a client, receives no byte of MySQL's handshake packet`,
      from: { namespace, labels },
      expect: "blocked",
    }),
  ),
  gatewayLog({
    observation: "a",
    title: "the gateway's log says who was refused in the handshake",
    expected: hosts.rds,
    find: (line, stage) =>
      line.requested_server_name === hosts.rds &&
      Boolean(line.downstream_transport_failure_reason) &&
      (line.downstream_remote_address?.startsWith(`${addressOf(stage.pod(browser))}:`) ?? false),
  }),
  connection({
    ...web,
    observation: "a",
    title: "TLS that is passed through has its own policy still: its client is answered",
    from: buyer,
    expect: "answers",
  }),
  connection({ ...web, observation: "a", title: "and another namespace is refused", from: keeper, expect: "blocked" }),
  connection({
    ...redis,
    observation: "a",
    title: "a whole namespace is a client on a port of its own",
    from: keeper,
    expect: "answers",
  }),
  connection({
    ...redis,
    observation: "a",
    title: "where the shared policy admits nobody",
    from: buyer,
    expect: "blocked",
  }),
];

/** Gateways of any namespace select the gateway's pods, as Istio has it by default. */
function unscoped(stack: Config): Config {
  const { callersPolicy: _, ...gateway } = stack["gateway"] as Record<string, unknown>;
  return { ...stack, mesh: { ...(stack["mesh"] as object), scopeGateways: false }, gateway };
}

/** The buyer loses one database, and a new one comes. */
function withChangedRights(stack: Config): Config {
  const added = mysql("extra", "stock.db.example.com", [keepers]);
  return {
    ...stack,
    databases: [mysql("rds", hosts.rds, [keepers]), databases.stock, databases.web, databases.redis, added],
  };
}

/** One policy for all callers the gateway knows: what the handshake alone holds, and what holds the handshake. */
export const sharedPolicyScenario: Scenario = {
  name: "shared",
  title: "With one policy for all callers the handshake decides, and changes of one database touch no other",
  config: () => config,
  secrets: async () => ({}),
  machines: ["rds", "stock", "redis", "web"],
  fixtures: [{ name: "unlisted", injection: true, workloads: [{ name: "buyer" }] }],
  steps: [
    { title: "one policy admits all callers the gateway knows", probes: whoMay },
    {
      title: "a tenant puts a server of its own on the gateway's pods",
      act: openBackDoor,
      probes: [throughBackDoor("its back door is closed: Gateways are scoped", "blocked"), backDoorIsSilent],
    },
    {
      title: "Gateways of any namespace count, and policies admit everybody",
      config: unscoped,
      act: admitEverybody,
      probes: [throughBackDoor("the back door leads to the database, so there is something to close", "misrouted")],
    },
    {
      title: "Gateways of any namespace count, and each database has a policy",
      config: unscoped,
      act: admitNoMoreThanBefore,
      probes: [throughBackDoor("policies close the back door, but only after MySQL's handshake packet", "handshake")],
    },
    {
      title: "as at first",
      probes: [throughBackDoor("the back door is closed again", "blocked")],
    },
    {
      title: "the client loses one database of two while it is connected to both, and a third is added",
      config: withChangedRights,
      up: connections.up,
      probes: [lostIsCut, keptIsUntouched],
    },
    {
      title: "the right is given back",
      probes: [
        connection({ ...rds, observation: "c", title: "the client is answered again", from: buyer, expect: "answers" }),
      ],
    },
  ],
  change: {
    title: "a further database",
    config: (stack) => ({
      ...stack,
      databases: [...(stack["databases"] as object[]), mysql("extra", "stock.db.example.com", [keepers])],
    }),
    expect: [/^create \w+ \S*extra/],
  },
};
