import { databaseEgressManifests } from "../../components/egress/databaseEgress.js";
import { type EgressGatewayArgs, egressGatewayManifests } from "../../components/gateway/egressGateway.js";
import { gatewayOf } from "../../components/gateway/gateway.js";
import type { Manifest } from "../../components/manifest.js";
import { machineAddresses } from "../../lab/outside/outside.js";
import { addFixtures, type FixtureNamespace, removeFixtures } from "../../lab/scenarios/fixtures.js";
import { settled } from "../../lab/scenarios/settled.js";
import type { Who } from "../../lab/scenarios/stage.js";
import { databaseSchema } from "../../settings/databases.js";
import { gatewaySchema } from "../../settings/gateway.js";
import { parse } from "../../settings/parse.js";
import { mysqlAt } from "./addresses.js";
import { type Testbed, mesh } from "./testbed.js";
import { mysqlWorks, type Race, type Way } from "./slices.js";

const places = { clients: "settings", gateways: "settings-egress" };
const proxyConfigAnnotation = "proxy.istio.io/config";

/** With what kind of key a proxy signs in every handshake; said in so many words, whatever the mesh's default is. */
const keys = {
  rsa: { proxyMetadata: { ECC_SIGNATURE_ALGORITHM: "" } },
  ecdsa: { proxyMetadata: { ECC_SIGNATURE_ALGORITHM: "ECDSA" } },
};

const clientNamed = (app: string): Who => ({ namespace: places.clients, labels: { app } });
const client = clientNamed("client");
const clientsByKey = { rsa: clientNamed("prime"), ecdsa: clientNamed("elliptic") };

/** A gateway like ours with one thing changed, by what Istio's API and a pod's annotations can set. */
export interface Variant {
  name: string;
  /** Name of its objects. */
  id: string;
  from?: Who;
  pods?: number;
  settings?: Pick<EgressGatewayArgs, "connectAfterHandshake">;
  /** Istio's ProxyConfig of the gateway's pods. */
  proxyConfig?: object;
  edit?: (manifest: Manifest) => Manifest;
}

export const variants: Variant[] = [
  { id: "same", name: "as it is" },
  { id: "eager", name: "connects before the handshake", settings: { connectAfterHandshake: false } },
  { id: "worker", name: "one worker thread", proxyConfig: { concurrency: 1 } },
  // A session of one pod is worth nothing at the other: here every other handshake is a whole one.
  { id: "pair-rsa", name: "two pods, RSA keys", pods: 2, proxyConfig: keys.rsa, from: clientsByKey.rsa },
  { id: "pair-half", name: "two pods, ECDSA at the gateway", pods: 2, proxyConfig: keys.ecdsa, from: clientsByKey.rsa },
  { id: "pair-ecdsa", name: "two pods, ECDSA keys", pods: 2, proxyConfig: keys.ecdsa, from: clientsByKey.ecdsa },
  { id: "tls12", name: "TLS 1.2", edit: atMostTls12 },
  {
    id: "buffers",
    name: "buffers of 32 KiB, not 1 MiB",
    proxyConfig: {
      connectionSettings: {
        listenerPerConnectionBufferLimitBytes: 32_768,
        clusterPerConnectionBufferLimitBytes: 32_768,
      },
    },
  },
  { id: "silent", name: "no keepalive, no limit", edit: withoutPool },
];

const appOf = ({ labels }: Who): string => labels["app"] ?? "";

const fixtures: FixtureNamespace[] = [
  { name: places.gateways, injection: true, workloads: [] },
  {
    name: places.clients,
    injection: true,
    workloads: [
      { name: appOf(client) },
      ...(["rsa", "ecdsa"] as const).map((key) => ({
        name: appOf(clientsByKey[key]),
        annotations: { [proxyConfigAnnotation]: JSON.stringify(keys[key]) },
      })),
    ],
  },
];

const gatewayName = ({ id }: Variant): string => `gateway-${id}`;
const hostOfVariant = ({ id }: Variant): string => `${id}.settings.example.com`;

const wayOf = (variant: Variant): Way => ({
  name: variant.name,
  from: variant.from ?? client,
  addresses: { mysql: mysqlAt(hostOfVariant(variant)) },
  gateway: { namespace: places.gateways, labels: { istio: gatewayName(variant) } },
  hasSidecar: true,
});
const ways = new Map(variants.map((variant) => [variant.id, wayOf(variant)]));

/** The way through one variant's gateway. */
export function wayThrough(id: string): Way {
  const way = ways.get(id);
  if (!way) throw new Error(`There is no gateway ${id}. There are: ${[...ways.keys()].join(", ")}.`);
  return way;
}

/** One thing changed at a time, all gateways side by side. */
export const settingsRace: Race = {
  title: "Settings of the gateway",
  works: mysqlWorks,
  baseline: wayThrough("same"),
  ways: [...ways.values()],
};

/** Deploys every variant with a client and a database of its own. */
export async function addVariants(testbed: Testbed): Promise<void> {
  await addFixtures(testbed.stage, fixtures);
  await testbed.apply(variants.flatMap(variantManifests));
  await Promise.all(
    variants.map((variant) =>
      testbed.stage.agent.waitReady(
        places.gateways,
        { istio: gatewayName(variant) },
        { replicas: variant.pods ?? 1, timeoutMs: 180_000 },
      ),
    ),
  );
  await settled(testbed.stage);
}

export async function removeVariants(testbed: Testbed): Promise<void> {
  await removeFixtures(testbed.stage, fixtures);
}

export function variantManifests(variant: Variant): Manifest[] {
  const { id, proxyConfig, pods = 1, edit = (manifest) => manifest, settings } = variant;
  const own = { name: gatewayName(variant), namespace: places.gateways };
  const database = parse(databaseSchema, {
    name: id,
    host: hostOfVariant(variant),
    protocol: "mysql",
    clients: [{ namespace: places.clients, serviceAccounts: [client, ...Object.values(clientsByKey)].map(appOf) }],
  });
  return [
    ...egressGatewayManifests({ mesh, ...own, ...settings }).filter(({ kind }) => kind !== "HorizontalPodAutoscaler"),
    ...databaseEgressManifests({ database, mesh, gateway: gatewayOf(parse(gatewaySchema, own), mesh) }),
  ].map((manifest) => edit(atMachine(withPods(manifest, pods, proxyConfig))));
}

/** Sets fields deep in a manifest of a kind, and leaves others as they are. */
function edited<Spec>(manifest: Manifest, kind: string, change: (spec: Spec) => Spec): Manifest {
  const { spec } = manifest as Manifest & { spec: Spec };
  return manifest.kind === kind ? ({ ...manifest, spec: change(spec) } as Manifest) : manifest;
}

interface PodTemplate {
  template: { metadata: { annotations: Record<string, string> } };
}

function withPods(manifest: Manifest, replicas: number, proxyConfig: object | undefined): Manifest {
  return edited<PodTemplate>(manifest, "Deployment", ({ template, ...spec }) => {
    const { annotations } = template.metadata;
    const before = JSON.parse(annotations[proxyConfigAnnotation] ?? "{}") as object;
    const config = { [proxyConfigAnnotation]: JSON.stringify({ ...before, ...proxyConfig }) };
    const metadata = { ...template.metadata, annotations: { ...annotations, ...config } };
    return { ...spec, replicas, template: { ...template, metadata } };
  });
}

/** Every variant's database is the one server, though no DNS knows its name. */
const atMachine = (manifest: Manifest): Manifest =>
  edited<object>(manifest, "ServiceEntry", (spec) => ({
    ...spec,
    resolution: "STATIC",
    endpoints: [{ address: machineAddresses.rds }],
  }));

function atMostTls12(manifest: Manifest): Manifest {
  return edited<{ servers: { tls: object }[] }>(manifest, "Gateway", ({ servers, ...spec }) => ({
    ...spec,
    servers: servers.map((server) => ({ ...server, tls: { ...server.tls, maxProtocolVersion: "TLSV1_2" } })),
  }));
}

interface Pooled {
  trafficPolicy: { connectionPool?: { tcp: object } };
  subsets?: Pooled[];
}

function withoutPool(manifest: Manifest): Manifest {
  return edited<Pooled>(manifest, "DestinationRule", unlimited);
}

function unlimited(spec: Pooled): Pooled {
  const { connectionPool, ...policy } = spec.trafficPolicy;
  const { tcpKeepalive: _, maxConnections: __, ...tcp } = (connectionPool?.tcp ?? {}) as Record<string, unknown>;
  return {
    ...spec,
    trafficPolicy: { ...policy, connectionPool: { tcp } },
    ...(spec.subsets ? { subsets: spec.subsets.map(unlimited) } : {}),
  };
}
