import { readFile } from "node:fs/promises";
import { brokerAddresses, kafkaListeners, machineAddresses, machineOf } from "../outside/outside.js";
import { connection, serverHandshake, type Attempt } from "../probes/connection.js";
import { gatewayLog } from "../probes/gatewayLog.js";
import { withoutCertificate } from "../probes/http.js";
import type { Probe } from "../probes/probe.js";
import { type Entry, matrix, negotiatesDirectly, wildcards } from "./modesMatrix.js";
import type { Config, Scenario } from "./scenario.js";
import { SetAside } from "./setAside.js";
import { addressOf, gatewayPods, type Stage, type Who } from "./stage.js";
import { waitingWorkload } from "./waitingWorkload.js";

const buyer: Who = { namespace: "shop", labels: { app: "buyer" } };
/** Same namespace, another service account. */
const browser: Who = { namespace: "shop", labels: { app: "browser" } };
const keeper: Who = { namespace: "depot", labels: { app: "keeper" } };
const courier: Who = { namespace: "direct", labels: { app: "courier" } };
/** The buyer's labels and service account in a namespace nobody allowed. */
const sameLabels: Who = { namespace: "unlisted", labels: { app: "buyer" } };

/** Protocols the second client namespace may use too, so that one database's clients are not another's. */
const keepersToo = ["mongo", "redis"];
const caSecret = "outside-ca";
const stock = { name: "stock", host: "rm-stock.mysql.rds.aliyuncs.com" };

function database(entry: Entry): Record<string, unknown> {
  const { name, mode, facts, protocol, host, port, brokers, gatewayPort, via } = entry;
  return {
    name,
    host,
    port,
    protocol,
    trafficMode: mode,
    clients: clientsOf(facts, protocol),
    ...(gatewayPort ? { gatewayPort } : {}),
    ...(via ? { via } : {}),
    ...(brokers.length > 0 ? { brokers } : {}),
    ...(facts.encryptsUpstream === "gateway" ? { tls: { caCredential: caSecret } } : {}),
    ...(negotiatesDirectly(facts, protocol) ? { tls: { directNegotiation: true } } : {}),
  };
}

function clientsOf(facts: Entry["facts"], protocol: string): object[] {
  if (!facts.throughGateway) return [{ namespace: "direct" }];
  if (!facts.identity) return [{ namespace: "shop" }];
  const keepers = keepersToo.includes(protocol) ? [{ namespace: "depot", serviceAccounts: ["keeper"] }] : [];
  return [{ namespace: "shop", serviceAccounts: ["buyer"] }, ...keepers];
}

/** A stack made for the matrix: one database for each protocol in each mode. */
function modesConfig(): Config {
  const second = { ...stock, protocol: "mysql", clients: [{ namespace: "shop", serviceAccounts: ["buyer"] }] };
  return {
    cluster: { cloud: "existing" },
    mesh: { kind: "istio" },
    namespaces: ["shop", "depot", "direct"].map((name) => ({ name })),
    databases: [...[...matrix, ...wildcards].map(database), second],
    workloads: [buyer, browser, keeper, courier].map(waitingWorkload),
  };
}

/** The letter the scenarios give a mode. */
const letters: Record<Entry["mode"], string> = {
  "tcp-direct": "a",
  "tcp-gateway": "b",
  "tcp-gateway-mtls": "c",
  "tls-direct": "d",
  "tls-gateway": "e",
  "tls-gateway-mtls": "f",
  "tls-origination": "o",
  "tls-wildcard": "g",
  "tls-wildcard-direct": "g",
};

type Part = Pick<Attempt, "observation" | "protocol" | "to" | "answer">;

function partOf({ mode, protocol, host, port, tls }: Entry): Part {
  return { observation: letters[mode], protocol, to: { host, port, tls }, ...answerFrom(host) };
}

/** Brokers have answered when a record went through each of them, under the names of this database. */
function answerFrom(host: string): Pick<Attempt, "answer"> {
  const listener = kafkaListeners[host];
  if (!listener) return {};
  const names = listener.brokers.map((broker) => `${broker}:${listener.port}`);
  return { answer: new RegExp(`^sent and read: ${names.join(", ").replaceAll(".", "\\.")}$`, "m") };
}

const addressFor = ({ protocol }: Entry): string => machineAddresses[machineOf[protocol]];

function gatewayProbes(entry: Entry): Probe[] {
  const part = partOf(entry);
  const { name, facts, protocol } = entry;
  const dialled = { ...part.to, address: addressFor(entry) };
  const keeperMay = facts.identity && keepersToo.includes(protocol);
  return [
    connection({ ...part, title: `${name}: the client is answered`, from: buyer, expect: "answers" }),
    connection({
      ...part,
      title: `${name}: another service account of its namespace ${facts.identity ? "is refused" : "may too: no identity"}`,
      from: browser,
      expect: facts.identity ? "blocked" : "answers",
    }),
    connection({
      ...part,
      title: `${name}: the second namespace ${keeperMay ? "is answered" : "is refused"}`,
      from: keeper,
      expect: keeperMay ? "answers" : "blocked",
    }),
    connection({
      ...part,
      title: `${name}: a pod with the client's labels in another namespace is refused`,
      from: sameLabels,
      expect: "blocked",
    }),
    connection({
      ...part,
      title: `${name}: bypassing its sidecar, the client is refused`,
      from: buyer,
      through: "bypass",
      to: dialled,
      expect: "blocked",
    }),
    connection({
      ...part,
      title: `${name}: dialled by address instead of name it is refused`,
      from: buyer,
      to: dialled,
      expect: "blocked",
    }),
    logProbe(entry, { called: "it", host: entry.host, address: addressFor(entry) }),
    ...brokersOf(entry).map((broker) => logProbe(entry, broker)),
  ];
}

/** One of the hosts of a database, with what titles call it. */
interface Host {
  called: string;
  host: string;
  address: string;
}

function brokersOf({ brokers }: Entry): Host[] {
  return brokers.map((host, index) => ({
    called: `broker ${index + 1}`,
    host,
    address: brokerAddresses[index] ?? "",
  }));
}

function logProbe({ name, facts, port, mode }: Entry, { called, host, address }: Host): Probe {
  const upstream = `${address}:${port}`;
  const named = facts.wire === "tls" || facts.identity;
  return gatewayLog({
    observation: "h",
    title: `${name}: the gateway's log shows ${called}`,
    expected: `${named ? host : "no name"} to ${upstream}`,
    find: (line, stage) =>
      (line.upstream_cluster?.endsWith(`|${host}`) ?? false) &&
      line.upstream_host === upstream &&
      (!named || line.requested_server_name === host) &&
      (mode === "tcp-gateway" || callerIs(line.downstream_remote_address, stage, buyer, browser, keeper)),
  });
}

function callerIs(address: string | null | undefined, stage: Stage, ...callers: Who[]): boolean {
  return callers.some((who) => address?.startsWith(`${addressOf(stage.pod(who))}:`));
}

function directProbes(entry: Entry): Probe[] {
  const part = partOf(entry);
  const { name } = entry;
  return [
    connection({ ...part, title: `${name}: the client is answered`, from: courier, expect: "answers" }),
    connection({ ...part, title: `${name}: a namespace not allowed is refused`, from: buyer, expect: "blocked" }),
    connection({ ...part, title: `${name}: an unauthorized client is refused`, from: sameLabels, expect: "blocked" }),
    connection({
      ...part,
      title: `${name}: bypassing its sidecar, the client is answered too: a direct mode leaves that way open`,
      from: courier,
      through: "bypass",
      to: { ...part.to, address: addressFor(entry) },
      expect: "answers",
    }),
  ];
}

/** Brokers are hosts like the first: who may not use that one may not begin with another. */
function brokerProbes(entry: Entry): Probe[] {
  const { name, facts, port, tls } = entry;
  const client = facts.throughGateway ? buyer : courier;
  const other = facts.identity ? browser : keeper;
  const part = partOf(entry);
  return brokersOf(entry).flatMap(({ called, host }) => {
    const begun = { ...part, to: { host, port, tls } };
    const title = (what: string) => `${name}: begun at ${called}, ${what}`;
    return [
      connection({ ...begun, title: title("the client is answered"), from: client, expect: "answers" }),
      connection({ ...begun, title: title("who is not allowed is refused"), from: other, expect: "blocked" }),
      connection({
        ...begun,
        title: title("a pod with the client's labels in another namespace is refused"),
        from: sameLabels,
        expect: "blocked",
      }),
    ];
  });
}

const unlisted = "unlisted.example.com";

/** What reading SNI means for a database: another name leads nowhere, and neither does a client that names none at first. */
function sniProbes(entry: Entry): Probe[] {
  const { name, facts, host, port, protocol } = entry;
  const part = partOf(entry);
  const from = facts.throughGateway ? buyer : courier;
  const dialled = oneOf(host);
  return [
    connection({
      ...part,
      title: `${name}: at the same address, another SNI is refused`,
      from,
      to: { host: unlisted, port, tls: true },
      at: dialled,
      expect: "blocked",
    }),
    ...(negotiatesDirectly(facts, protocol)
      ? [
          connection({
            ...part,
            title: `${name}: a client that asks for TLS inside Postgres' protocol is refused`,
            from,
            to: { host: dialled, port, inBandTls: true },
            expect: "blocked",
          }),
        ]
      : []),
  ];
}

/** A host of a wildcard group; any other host itself. */
const oneOf = (host: string): string => host.replace("*", "one");

/** A database among the hosts of a wildcard. */
function wildcardDatabaseProbes(entry: Entry): Probe[] {
  const { name, host, port, facts } = entry;
  const { throughGateway } = facts;
  const part = { ...partOf(entry), to: { host: oneOf(host), port, tls: true } };
  const client = throughGateway ? buyer : courier;
  const bypass = { ...part.to, address: addressFor(entry) };
  return [
    connection({ ...part, title: `${name}: the client is answered`, from: client, expect: "answers" }),
    connection({
      ...part,
      title: `${name}: ${throughGateway ? "another service account" : "a namespace not allowed"} is refused`,
      from: throughGateway ? browser : buyer,
      expect: "blocked",
    }),
    connection({
      ...part,
      title: `${name}: a pod with the client's labels in another namespace is refused`,
      from: sameLabels,
      expect: "blocked",
    }),
    connection({
      ...part,
      title: `${name}: bypassing its sidecar, the client is ${throughGateway ? "refused" : "answered too"}`,
      from: client,
      through: "bypass",
      to: bypass,
      expect: throughGateway ? "blocked" : "answers",
    }),
  ];
}

/** A host of a wildcard group that is answered by a machine. */
function wildcardProbes(entry: Entry): Probe[] {
  const { throughGateway } = entry.facts;
  const client = throughGateway ? buyer : courier;
  const domain = entry.host.slice(1);
  const tls = { observation: "g", protocol: "tls" as const };
  const at = (name: string, address?: string) => ({
    host: `${name}${domain}`,
    port: 443,
    tls: true,
    ...(address ? { address } : {}),
  });
  const answer = (machine: string, name: string) => new RegExp(`^${machine} as ${name}\\.`, "m");
  const title = (what: string) => `${entry.name}: ${what}`;
  return [
    ...(["one", "two"] as const).map((name) =>
      connection({
        ...tls,
        title: title(`${name}, of several names on one address, answers`),
        from: client,
        to: at(name),
        expect: "answers",
        answer: answer("web", name),
      }),
    ),
    connection({
      ...tls,
      title: title("a name on another address answers from there"),
      from: client,
      to: at("far"),
      expect: "answers",
      answer: answer("archive", "far"),
    }),
    connection({
      ...tls,
      title: title("a name outside the group is refused"),
      from: client,
      to: { host: unlisted, port: 443, tls: true },
      expect: "blocked",
    }),
    connection({
      ...tls,
      title: title("a strange namespace is refused"),
      from: sameLabels,
      to: at("one"),
      expect: "blocked",
    }),
    ...(throughGateway
      ? [
          connection({
            ...tls,
            title: title("a forged SNI leads to the host it names, whatever address is dialled"),
            from: buyer,
            to: at("one", machineAddresses.archive),
            expect: "answers",
            answer: answer("web", "one"),
          }),
          connection({
            ...tls,
            title: title("another service account is refused"),
            from: browser,
            to: at("one"),
            expect: "blocked",
          }),
          connection({
            ...tls,
            title: title("bypassing its sidecar, the client is refused"),
            from: buyer,
            through: "bypass",
            to: at("one", machineAddresses.web),
            expect: "blocked",
          }),
        ]
      : []),
  ];
}

const mysqlMtls = { host: "mysql.tcp-gateway-mtls.db.example.com", port: 3306 };
const gatewayService = "egressgateway.istio-egress.svc.cluster.local";

/** What concerns no single entry of the matrix. */
const furtherProbes: Probe[] = [
  connection({
    observation: "c",
    title: "a second database on MySQL's port answers for itself",
    from: buyer,
    protocol: "mysql",
    to: { host: stock.host, port: 3306 },
    expect: "answers",
    answer: /^stock$/m,
  }),
  serverHandshake({
    observation: "c",
    title: "a denied service account receives no byte of MySQL's handshake packet",
    from: browser,
    protocol: "mysql",
    to: mysqlMtls,
    expect: "blocked",
  }),
  connection({
    observation: "e",
    title: "an SNI of a database that is another namespace's is refused, at an address that is allowed",
    from: buyer,
    protocol: "tls",
    to: { host: "tls.tls-direct.db.example.com", port: 443, tls: true, address: machineAddresses.web },
    expect: "blocked",
  }),
  withoutCertificate({
    observation: "f",
    title: "the gateway's shared port wants a certificate of a client that bypasses its sidecar with a database's SNI",
    from: buyer,
    sni: mysqlMtls.host,
    gateway: gatewayService,
    port: 15443,
  }),
  withoutCertificate({
    observation: "f",
    title: "the gateway's shared port is closed to unauthorized clients",
    from: sameLabels,
    sni: mysqlMtls.host,
    gateway: gatewayService,
    port: 15443,
  }),
];

/** Databases that a mode tells by SNI; what `tls` does there is seen from the wildcard groups. */
const bySni = [...matrix, ...wildcards].filter(
  ({ facts, protocol }) => facts.wire === "tls" && (protocol === "postgres" || protocol === "kafka"),
);

const behindGateway = matrix.filter(({ facts }) => facts.throughGateway);

/** A policy decides at the client's first byte: a server-first database has sent its handshake packet by then. The handshake comes before. */
const serverFirst = ({ protocol }: Entry): boolean => protocol === "mysql";

const allowRules = new SetAside();

async function removeAllowRules(stage: Stage): Promise<void> {
  const policies = ["authorizationpolicies.security.istio.io", "-n", gatewayPods.namespace];
  await allowRules.take(stage, policies, ({ spec }) => spec?.rules !== undefined);
}

/** The authority of the databases' certificates, where the gateway looks for it. */
async function addCaSecret({ kubectl, outside }: Stage): Promise<void> {
  await kubectl(["apply", "--server-side", "-f", "-"], {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: caSecret, namespace: gatewayPods.namespace },
    stringData: { "ca.crt": await readFile(outside.caFile, "utf8") },
  });
}

/** Every traffic mode with every protocol it can carry, from every side. */
export const modesScenario: Scenario = {
  name: "modes",
  title: "Every traffic mode carries what it says, to whom it says",
  // Most of the time of an up of several hundred resources is the engine's writing, which other scenarios look at.
  checkpoints: false,
  config: modesConfig,
  secrets: async () => ({}),
  machines: ["rds", "stock", "postgres", "redis", "mongo", "kafka", "web", "archive"],
  fixtures: [{ name: "unlisted", injection: true, workloads: [{ name: "buyer" }] }],
  steps: [
    {
      title: "all modes at once",
      act: addCaSecret,
      probes: [
        ...matrix.flatMap((entry) => (entry.facts.throughGateway ? gatewayProbes(entry) : directProbes(entry))),
        ...matrix.flatMap(brokerProbes),
        ...wildcards.flatMap((entry) =>
          entry.protocol === "tls" ? wildcardProbes(entry) : wildcardDatabaseProbes(entry),
        ),
        ...bySni.flatMap(sniProbes),
        ...furtherProbes,
      ],
    },
    {
      title: "without the rules that allow",
      act: removeAllowRules,
      probes: behindGateway.map((entry) =>
        connection({
          ...partOf(entry),
          observation: "h",
          title: `${entry.name}: without its allow rule it fails${serverFirst(entry) ? ", though after the handshake packet" : ""}`,
          from: buyer,
          expect: serverFirst(entry) ? "handshake" : "blocked",
        }),
      ),
    },
    {
      title: "with the rules again",
      act: (stage) => allowRules.putBack(stage),
      probes: behindGateway
        .filter(({ protocol }) => protocol === "tls" || protocol === "tcp")
        .map((entry) =>
          connection({
            ...partOf(entry),
            observation: "h",
            title: `${entry.name}: with it, it works`,
            from: buyer,
            expect: "answers",
          }),
        ),
    },
  ],
  change: {
    title: "a further database",
    config: (config) => ({
      ...config,
      databases: [
        ...(config["databases"] as object[]),
        {
          name: "extra",
          host: "extra.db.example.com",
          protocol: "mysql",
          clients: [{ namespace: "shop", serviceAccounts: ["buyer"] }],
        },
      ],
    }),
    expect: [/^create \w+ \S*extra/],
  },
};
