import type * as pulumi from "@pulumi/pulumi";
import type { INetworkPolicy, INetworkPolicyPeer, INetworkPolicyPort } from "kubernetes-models/networking.k8s.io/v1";
import { within } from "../../settings/ranges.js";
import { SettingsError } from "../../settings/problem.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { coreDns, type DnsPeer, dnsServers } from "./clusterDns.js";
import type { TraceCollector } from "../mesh/mesh.js";

/** Pods of a namespace: those with all labels, or every pod. */
export interface PodGroup {
  /** Namespace of the pods. */
  namespace: string;
  /** Labels of the pods. @default every pod of the namespace */
  labels?: Record<string, string>;
}

/** Intent: these pods may talk to those. Both sides' policies follow from it. */
export interface Flow {
  /** Name of the flow; the names of its policies derive from it alone. */
  name: string;
  /** Who opens the connection. */
  from: PodGroup;
  /** Who answers it. */
  to: PodGroup;
  /** TCP ports of the answering pods (of the container, not of the Service). @default every port */
  ports?: number[];
}

/** A door left open to addresses rather than pods: a named relaxation. */
export interface OpenDoor extends PodGroup {
  /** Name of the relaxation. */
  name: string;
  /** Ranges on the other side. @default every address, inside the cluster and outside */
  ranges?: string[];
  /** TCP ports. @default every port */
  ports?: number[];
}

/** Where the proxies' control plane is: pods of the cluster, or addresses outside. */
export type ControlPlanePeer =
  | {
      /** Namespace of its pods. */
      namespace: string;
      /** Labels of its pods. */
      podLabels: Record<string, string>;
      /** Ports of its pods. */
      ports: number[];
    }
  | {
      /** Address ranges outside the cluster. */
      ranges: string[];
      /** Ports. */
      ports: number[];
    };

/** The egress gateway as network policy sees it. */
export interface GatewayPeer {
  /** Namespace of its pods. */
  namespace: string;
  /** Labels of its pods. */
  selector: Record<string, string>;
  /** Port that all databases share. */
  sharedPort: number;
  /** Namespaces whose pods may dial it. */
  clients: string[];
  /** Whether nothing but the gateway runs in its namespace, so that every pod there is denied by default. @default true */
  ownNamespace?: boolean;
  /** Whether its pods get default deny, DNS and control plane here. False where another stack owns the gateway. @default true */
  isolated?: boolean;
}

export interface NetworkIsolationArgs {
  /** Namespaces in which nothing passes that is not named here. */
  namespaces: string[];
  /** Where DNS is answered, on port 53. @default pods labelled k8s-app: kube-dns in kube-system, and caches on the nodes */
  dns?: DnsPeer;
  /** Where sidecars get certificates and configuration. @default none: a cluster without a mesh */
  controlPlane?: ControlPlanePeer;
  /** Where sidecars send their traces. The gateway sends none: what it carries is TCP. @default nowhere */
  traceCollector?: TraceCollector;
  /** Egress gateway. Its pods get in: its clients; out: DNS and control plane; the databases add their own. @default none */
  gateway?: GatewayPeer;
  /** Whether pods of one namespace may talk to each other, or the namespaces where they may. @default true */
  insideNamespace?: boolean | string[];
  /** Who may talk to whom. @default nobody further */
  flows?: Flow[];
  /** Pods that accept connections from addresses, such as a load balancer's. @default none */
  openIngress?: OpenDoor[];
  /** Pods that may open connections to addresses, past mesh and gateway. @default none */
  openEgress?: OpenDoor[];
  /**
   * Addresses that give out the node's credentials: no range of `openEgress` that is larger reaches them.
   * @default none
   */
  metadataRanges?: string[];
  /** Who may read the proxies' metrics, and where its namespace is isolated the control plane's. @default nobody */
  metricsFrom?: PodGroup;
}

type Policy = INetworkPolicy & Manifest;
type Direction = "Ingress" | "Egress";

/** Merged metrics of application and proxy, and the proxy's own. */
const metricsPorts = [15020, 15090];
const controlPlaneMetricsPort = 15014;
/** Every pod of a namespace. */
const everyPod = {};

function peer({ namespace, labels }: PodGroup): INetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(labels ? { podSelector: { matchLabels: labels } } : {}),
  };
}

function tcp(ports: number[] | undefined): { ports?: INetworkPolicyPort[] } {
  if (ports?.length === 0)
    throw new SettingsError([
      { path: "network ports", value: ports, reason: "would open every port", instead: "Leave ports out to mean that" },
    ]);
  return ports ? { ports: ports.map((port) => ({ protocol: "TCP", port })) } : {};
}

/** `peers: undefined` means everybody. */
function policy(
  name: string,
  on: PodGroup,
  direction: Direction,
  peers: INetworkPolicyPeer[] | undefined,
  ports: { ports?: INetworkPolicyPort[] },
): Policy {
  const rule =
    direction === "Ingress"
      ? { ingress: [{ ...(peers ? { from: peers } : {}), ...ports }] }
      : { egress: [{ ...(peers ? { to: peers } : {}), ...ports }] };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: on.namespace },
    spec: {
      podSelector: on.labels ? { matchLabels: on.labels } : everyPod,
      policyTypes: [direction],
      ...rule,
    },
  };
}

function defaultDeny({ namespace, labels }: PodGroup): Policy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny", namespace },
    spec: { podSelector: labels ? { matchLabels: labels } : everyPod, policyTypes: ["Ingress", "Egress"] },
  };
}

function ipBlocks(ranges: string[]): { ipBlock: { cidr: string } }[] {
  if (ranges.length === 0)
    throw new SettingsError([
      {
        path: "network ranges",
        value: ranges,
        reason: "would open every address",
        instead: "Leave ranges out to mean that",
      },
    ]);
  return ranges.map((cidr) => ({ ipBlock: { cidr } }));
}

function allowDns(on: PodGroup, dns: DnsPeer): Policy {
  const { pods, ranges } = dnsServers(dns);
  const peers = [...pods.map((labels) => peer({ namespace: dns.namespace, labels })), ...ipBlocks(ranges)];
  return policy("allow-dns", on, "Egress", peers, {
    ports: [
      { protocol: "UDP", port: 53 },
      // Answers that do not fit a datagram are asked for again over TCP.
      { protocol: "TCP", port: 53 },
    ],
  });
}

function allowControlPlane(on: PodGroup, controlPlane: ControlPlanePeer): Policy {
  const peers =
    "ranges" in controlPlane
      ? ipBlocks(controlPlane.ranges)
      : [peer({ namespace: controlPlane.namespace, labels: controlPlane.podLabels })];
  return policy("allow-control-plane", on, "Egress", peers, tcp(controlPlane.ports));
}

/** What every isolated pod gets: nothing, then name resolution and its proxy's control plane. */
function base(on: PodGroup, args: NetworkIsolationArgs): Policy[] {
  return [
    defaultDeny(on),
    allowDns(on, args.dns ?? coreDns),
    ...(args.controlPlane ? [allowControlPlane(on, args.controlPlane)] : []),
    ...(args.metricsFrom ? [policy("allow-metrics", on, "Ingress", [peer(args.metricsFrom)], tcp(metricsPorts))] : []),
  ];
}

function insideNamespace(namespace: string): Policy[] {
  const samePods = [{ podSelector: everyPod }];
  return [
    policy("allow-inside-ingress", { namespace }, "Ingress", samePods, {}),
    policy("allow-inside-egress", { namespace }, "Egress", samePods, {}),
  ];
}

/** The sending side's policy and the answering side's: a connection needs both. */
export function flowManifests({ name, from, to, ports }: Flow): { egress: Policy; ingress: Policy } {
  return {
    egress: policy(`flow-${name}-egress`, from, "Egress", [peer(to)], tcp(ports)),
    ingress: policy(`flow-${name}-ingress`, to, "Ingress", [peer(from)], tcp(ports)),
  };
}

/**
 * A side gets its policy only where its namespace is isolated: elsewhere the policy would not open that flow but close
 * every other.
 */
function flow(intent: Flow, isolated: Set<string>): Policy[] {
  const { egress, ingress } = flowManifests(intent);
  const sides = [
    ...(isolated.has(intent.from.namespace) ? [egress] : []),
    ...(isolated.has(intent.to.namespace) ? [ingress] : []),
  ];
  if (sides.length === 0)
    throw new SettingsError([
      {
        path: `network.flows "${intent.name}"`,
        reason: `joins ${intent.from.namespace} and ${intent.to.namespace}, neither of which is isolated, so everything passes between them already`,
        instead: "Isolate one of them, or leave the flow out",
      },
    ]);
  return sides;
}

/** The gateway's pods; every pod of its namespace, when that is the gateway's alone. */
function gatewayPods({ namespace, selector, ownNamespace = true }: GatewayPeer): PodGroup {
  return ownNamespace ? { namespace } : { namespace, labels: selector };
}

/** The hop to the gateway as one flow per client namespace, so that a new client changes no other's policy. */
function gatewayFlows({ namespace, selector, sharedPort, clients }: GatewayPeer): Flow[] {
  return clients.map((client) => ({
    name: `gateway-${client}`,
    from: { namespace: client },
    to: { namespace, labels: selector },
    ports: [sharedPort],
  }));
}

/** The way to the collector, as one flow per namespace, so that a new namespace changes no other's policy. */
function traceFlows(collector: TraceCollector, namespaces: string[]): Flow[] {
  const { namespace: home, ports } = collector;
  return namespaces
    .filter((namespace) => namespace !== home)
    .map((namespace) => ({ name: `traces-${namespace}`, from: { namespace }, to: { namespace: home }, ports }));
}

/**
 * The scraper's own way out, where its namespace denies by default: one policy for each namespace that it scrapes, so that a
 * new namespace changes no other's.
 */
function scraperWays({ metricsFrom, controlPlane }: NetworkIsolationArgs, isolated: Set<string>): Policy[] {
  if (!metricsFrom || !isolated.has(metricsFrom.namespace)) return [];
  const way = (to: PodGroup, ports: number[]) =>
    policy(`allow-scraping-${to.namespace}`, metricsFrom, "Egress", [peer(to)], tcp(ports));
  return [
    ...[...isolated].map((namespace) => way({ namespace }, metricsPorts)),
    ...(controlPlane && "namespace" in controlPlane
      ? [way({ namespace: controlPlane.namespace, labels: controlPlane.podLabels }, [controlPlaneMetricsPort])]
      : []),
  ];
}

function openDoors(doors: OpenDoor[], direction: Direction, except: string[]): Policy[] {
  return doors.map((door) =>
    policy(`open-${door.name}`, door, direction, openPeers(door.ranges, except), tcp(door.ports)),
  );
}

const anyAddress = "0.0.0.0/0";

/** Undefined where everybody is a peer. A range that is itself one of the exceptions is meant. */
function openPeers(ranges: string[] | undefined, except: string[]): INetworkPolicyPeer[] | undefined {
  if (!ranges && except.length === 0) return undefined;
  const blocks = ipBlocks(ranges ?? [anyAddress]).map(({ ipBlock }) => {
    const left = except.filter((range) => range !== ipBlock.cidr && within(range, ipBlock.cidr));
    return { ipBlock: { ...ipBlock, ...(left.length > 0 ? { except: left } : {}) } };
  });
  // An engine may hold that no pod is in a block.
  return ranges ? blocks : [...blocks, { namespaceSelector: {} }];
}

/** Default deny for every namespace, then each exception as a policy of its own. */
export function networkIsolationManifests(args: NetworkIsolationArgs): Manifest[] {
  const { gateway, traceCollector, insideNamespace: inside = true } = args;
  const namespaces = args.namespaces.filter((namespace) => namespace !== gateway?.namespace);
  const own = gateway?.isolated === false ? undefined : gateway;
  const isolated = new Set([...namespaces, ...(own ? [own.namespace] : [])]);
  const andTheGateway = new Set([...isolated, ...(gateway ? [gateway.namespace] : [])]);
  const open = namespaces.filter((namespace) => (typeof inside === "boolean" ? inside : inside.includes(namespace)));
  return [
    ...namespaces.flatMap((namespace) => base({ namespace }, args)),
    ...open.flatMap(insideNamespace),
    ...(own ? base(gatewayPods(own), args) : []),
    ...(gateway ? gatewayFlows(gateway).flatMap((hop) => flow(hop, andTheGateway)) : []),
    ...(traceCollector ? traceFlows(traceCollector, namespaces).flatMap((way) => flow(way, isolated)) : []),
    ...scraperWays(args, isolated),
    ...(args.flows ?? []).flatMap((intent) => flow(intent, isolated)),
    ...openDoors(args.openIngress ?? [], "Ingress", []),
    ...openDoors(args.openEgress ?? [], "Egress", args.metadataRanges ?? []),
  ];
}

/** Network policy for namespaces: nothing passes but what is named, and each name is one policy. */
export class NetworkIsolation extends ManifestComponent {
  /** The namespaces that are isolated. */
  readonly namespaces: string[];

  constructor(name: string, args: NetworkIsolationArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("NetworkIsolation"), name, networkIsolationManifests(args), {}, opts);
    this.namespaces = args.namespaces;
    this.registerOutputs({ namespaces: this.namespaces });
  }
}
