import { fileURLToPath } from "node:url";
import { machineAddresses, mongoPorts } from "../outside/outside.js";
import { connection } from "../probes/connection.js";
import { gatewayLog } from "../probes/gatewayLog.js";
import { http } from "../probes/http.js";
import type { Probe } from "../probes/probe.js";
import {
  callersTraceCarriedOn,
  everyRequestTraced,
  noRequestTraced,
  noSpanOf,
  type TracedPage,
} from "../probes/traces.js";
import { editedManifests } from "./editedManifests.js";
import { ingressUrl, throughIngress } from "./ingressGateway.js";
import type { Config, Scenario } from "./scenario.js";
import { stackConfig } from "./stackFile.js";
import { addressOf, type Stage, type Who } from "./stage.js";

const ratings: Who = { namespace: "bookinfo", labels: { app: "ratings", version: "v2" } };
/** Another version of the same service, with the account all its versions had. */
const otherRatings: Who = { namespace: "bookinfo", labels: { app: "ratings", version: "v1" } };
const reviews: Who = { namespace: "bookinfo", labels: { app: "reviews", version: "v3" } };
const sameLabels: Who = { namespace: "unlisted", labels: ratings.labels };

const host = "mongo.db.example.com";
const page = "bookinfo.example.com";
const plain = { host, port: mongoPorts.plain };
const mongo = { protocol: "mongo", to: plain } as const;

type Database = Record<string, unknown>;

/** The database in another traffic mode. Promises of the stack's own mode are left out with it. */
function inMode(change: Database): (config: Config) => Config {
  return (config) => ({
    ...config,
    access: {},
    databases: (config["databases"] as Database[]).map((database) => ({ ...database, ...change })),
  });
}

const manifests = fileURLToPath(new URL("../../examples/bookinfo", import.meta.url));

/** The application opens TLS itself, so that the gateway can route by its SNI. */
function inTlsMode(change: Database): (config: Config) => Config {
  return (config) => {
    const folder = editedManifests(manifests, "mongodb/ratings-v2.yaml", (text) =>
      text.replace(`:${mongoPorts.plain}/`, `:${mongoPorts.tls}/`).replace("ssl=false", "ssl=true"),
    );
    return { ...inMode({ port: mongoPorts.tls, ...change })(config), workloads: [{ kind: "manifests", folder }] };
  };
}

/** The pod reads its connection string when it starts. */
async function restartRatings({ kubectl, agent }: Stage): Promise<void> {
  await kubectl(["rollout", "restart", "-n", ratings.namespace, "deployment/ratings-v2"]);
  await kubectl(["rollout", "status", "-n", ratings.namespace, "deployment/ratings-v2", "--timeout=60s"]);
  await agent.waitReady(ratings.namespace, ratings.labels);
}

const wholeNamespace = { clients: [{ namespace: "bookinfo" }] };

/** Bookinfo's page, as a browser outside the cluster sees it, with the stars of both reviewers. */
function stars(observation: string, title: string, [first, second]: [number, number]): Probe {
  return http({
    observation,
    title,
    from: "web",
    url: ingressUrl(page, "/productpage"),
    options: throughIngress(page),
    expect: { status: "200", body: new RegExp(`data-stars="${first}"[\\s\\S]*data-stars="${second}"`) },
  });
}

function unavailable(observation: string, title: string): Probe {
  return http({
    observation,
    title,
    from: "web",
    url: ingressUrl(page, "/productpage"),
    options: throughIngress(page),
    expect: { status: "200", body: /Ratings service is currently unavailable/ },
  });
}

function logged(observation: string, title: string, named: boolean, port = plain.port): Probe {
  const upstream = `${machineAddresses.mongo}:${port}`;
  return gatewayLog({
    observation,
    title,
    expected: `${named ? host : "no name"} to ${upstream}`,
    find: (line, stage) =>
      line.upstream_host === upstream &&
      (named ? line.requested_server_name === host : !line.requested_server_name) &&
      (line.downstream_remote_address?.startsWith(`${addressOf(stage.pod(ratings))}:`) ?? false),
  });
}

const collector = { namespace: "observability", name: "otel-collector" };

/** Proxies tell the collector of this share of the requests, with default deny on both sides of the way there. */
function traced(samplingPercent: number): (config: Config) => Config {
  const service = `${collector.name}.${collector.namespace}.svc.cluster.local`;
  return (config) => ({
    ...config,
    mesh: { ...(config["mesh"] as object), tracing: { service } },
    network: { ...(config["network"] as object), globalIsolation: { enabled: true } },
    observability: { tracing: { enabled: true, samplingPercent } },
  });
}

const tracedPage: TracedPage = {
  from: "web",
  url: ingressUrl(page, "/productpage"),
  options: throughIngress(page),
  shows: /data-stars/,
  along: ["ingressgateway.istio-ingress", "productpage.bookinfo", "reviews.bookinfo", "ratings.bookinfo"],
  collector: { namespace: collector.namespace, labels: { app: collector.name } },
};

/** Bookinfo's ratings service reads an external MongoDB. */
export const bookinfoScenario: Scenario = {
  name: "bookinfo",
  title: "Bookinfo's ratings service reads a MongoDB outside the cluster",
  config: () => stackConfig("bookinfo"),
  secrets: async (outside) => {
    const { certificate, key } = await outside.certificateFor(page);
    return { bookinfoPassword: outside.password, bookinfoCertificate: certificate, bookinfoKey: key };
  },
  machines: ["mongo", "web"],
  fixtures: [
    { name: "unlisted", injection: true, workloads: [{ name: "ratings", labels: ratings.labels }] },
    { name: collector.namespace, injection: false, workloads: [{ name: collector.name, serves: "traces" }] },
  ],
  steps: [
    {
      title: "before the database is registered",
      config: (config) => ({ ...config, access: {}, databases: [] }),
      probes: [unavailable("h", "blocked by default: the page shows no stars")],
    },
    {
      title: "TCP straight to the database",
      config: inMode({ trafficMode: "tcp-direct", ...wholeNamespace }),
      probes: [
        stars("a", "the page shows the database's stars", [4, 5]),
        connection({
          ...mongo,
          observation: "a",
          title: "a strange namespace is refused",
          from: sameLabels,
          expect: "blocked",
        }),
      ],
    },
    {
      title: "TCP through the gateway, plaintext on the hop",
      config: inMode({ trafficMode: "tcp-gateway", gatewayPort: 15500, ...wholeNamespace }),
      probes: [
        stars("b", "the page shows the database's stars", [4, 5]),
        logged("h", "the gateway's log shows the connection", false),
        connection({
          ...mongo,
          observation: "b",
          title: "a strange namespace is refused",
          from: sameLabels,
          expect: "blocked",
        }),
      ],
    },
    {
      title: "the application's TLS straight to the database",
      config: inTlsMode({ trafficMode: "tls-direct", ...wholeNamespace }),
      act: restartRatings,
      probes: [stars("d", "the page shows the database's stars", [4, 5])],
    },
    {
      title: "the application's TLS through the gateway",
      config: inTlsMode({ trafficMode: "tls-gateway", ...wholeNamespace }),
      probes: [
        stars("e", "the page shows the database's stars", [4, 5]),
        logged("h", "the gateway's log shows the connection with its SNI", true, mongoPorts.tls),
      ],
    },
    {
      title: "the application's TLS through the gateway in mutual TLS",
      config: inTlsMode({ trafficMode: "tls-gateway-mtls" }),
      probes: [
        stars("f", "the page shows the database's stars", [4, 5]),
        logged("h", "the gateway's log shows the connection with its SNI", true, mongoPorts.tls),
      ],
    },
    {
      title: "the rule names another service account",
      config: inMode({ clients: [{ namespace: "bookinfo", serviceAccounts: ["somebody-else"] }] }),
      act: restartRatings,
      probes: [unavailable("h", "without the allow rule the page shows no stars")],
    },
    {
      title: "every request is traced",
      config: traced(100),
      probes: [
        everyRequestTraced({
          observation: "i",
          title: "spans of clients and servers arrive at the collector, joined in one trace for each request",
          page: tracedPage,
        }),
        callersTraceCarriedOn({
          observation: "i",
          title: "a trace that a caller brings is carried on",
          page: tracedPage,
        }),
      ],
    },
    {
      title: "no request is traced",
      config: traced(0),
      probes: [
        noRequestTraced({
          observation: "i",
          title: "the share of requests that is traced holds, also for a caller who brings a sampled trace of his own",
          page: tracedPage,
        }),
        noSpanOf({
          observation: "i",
          title: "the connections to the database, being TCP, have left no span",
          page: tracedPage,
          named: [host, machineAddresses.mongo, "egressgateway"],
        }),
      ],
    },
    {
      title: "TCP through the gateway in mutual TLS",
      act: async ({ outside }) => outside.setRatings([4, 5]),
      probes: [
        stars("c", "the page shows the database's stars, over HTTPS with the certificate of the Secret", [4, 5]),
        logged("h", "the gateway's log shows caller, SNI and upstream", true),
        connection({
          ...mongo,
          observation: "c",
          title: "the first version of ratings, another account, is refused",
          from: otherRatings,
          expect: "blocked",
        }),
        connection({
          ...mongo,
          observation: "c",
          title: "reviews, of the same namespace, is refused",
          from: reviews,
          expect: "blocked",
        }),
        connection({
          ...mongo,
          observation: "c",
          title: "a pod with the client's labels in another namespace is refused",
          from: sameLabels,
          expect: "blocked",
        }),
        connection({
          ...mongo,
          observation: "c",
          title: "bypassing its sidecar, ratings does not get out",
          from: ratings,
          through: "bypass",
          to: { ...plain, address: machineAddresses.mongo },
          expect: "blocked",
        }),
      ],
    },
    {
      title: "the database changes",
      act: async ({ outside }) => outside.setRatings([1, 2]),
      probes: [stars("c", "the page changes with it", [1, 2])],
    },
  ],
  change: {
    title: "a further client of the database",
    config: inMode({ clients: [{ namespace: "bookinfo", serviceAccounts: ["bookinfo-ratings-v2", "reports"] }] }),
    expect: [/^update Gateway .*ratings/, /^update EnvoyFilter .*ratings/],
  },
};
