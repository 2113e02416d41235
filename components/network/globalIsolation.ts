import type * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../../settings/cluster.js";
import { SettingsError } from "../../settings/problem.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import type { TraceCollector } from "../mesh/mesh.js";
import { coreDns, type ControlPlanePeer, type DnsPeer } from "./networkIsolation.js";

export interface GlobalIsolationArgs {
  /** What enforces network policy in the cluster: only Calico knows policies for the whole cluster. */
  policyEngine: ClusterNetwork["policyEngine"];
  /** Whether Calico enforces policy beside the cluster's own engine. @default false */
  calicoInstalled?: boolean;
  /**
   * Namespaces left alone, besides those Kubernetes and Calico themselves live in: the mesh's control plane.
   * @default none
   */
  exceptNamespaces?: string[];
  /** Where DNS is answered. @default pods labelled k8s-app: kube-dns in kube-system */
  dns?: DnsPeer;
  /** Where sidecars get certificates and configuration. @default none */
  controlPlane?: ControlPlanePeer;
  /** Where sidecars send their traces. @default nowhere */
  traceCollector?: TraceCollector;
  /** Ranges no pod may reach, whatever a namespace's own policy says. @default the cloud's metadata address */
  deniedRanges?: string[];
}

interface Entity {
  selector?: string;
  namespaceSelector?: string;
  nets?: string[];
  ports?: number[];
}

interface Rule {
  action: "Allow" | "Deny";
  protocol?: "TCP" | "UDP";
  destination: Entity;
}

interface GlobalNetworkPolicy extends Manifest {
  apiVersion: "crd.projectcalico.org/v1";
  kind: "GlobalNetworkPolicy";
  spec: {
    order: number;
    namespaceSelector: string;
    types: ("Ingress" | "Egress")[];
    ingress?: Rule[];
    egress?: Rule[];
  };
}

/** What must run before any policy can be: never cut off. */
const systemNamespaces = [
  "calico-apiserver",
  "calico-system",
  "kube-node-lease",
  "kube-public",
  "kube-system",
  "tigera-operator",
];
/** Answers with the node's cloud credentials. */
const metadataAddress = "169.254.169.254/32";
/** Calico reads a namespace's NetworkPolicies at order 1000: what must hold against them stands before. */
const beforeNamespaces = 100;
/** What holds only where a namespace says nothing stands behind. */
const afterNamespaces = 2000;

/** Names the in-cluster form of a policy in the default tier, which Calico prefixes with the tier. */
function globalPolicy(name: string, spec: GlobalNetworkPolicy["spec"]): GlobalNetworkPolicy {
  return {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "GlobalNetworkPolicy",
    metadata: { name: `default.${name}` },
    spec,
  };
}

function everyNamespaceBut(names: string[]): string {
  const quoted = [...new Set(names)].sort().map((name) => `"${name}"`);
  return `kubernetes.io/metadata.name not in { ${quoted.join(", ")} }`;
}

const inNamespace = (name: string): Entity => ({ namespaceSelector: `kubernetes.io/metadata.name == "${name}"` });

function pods(namespace: string, labels: Record<string, string>): Entity {
  const selector = Object.entries(labels).map(([key, value]) => `${key} == "${value}"`);
  return { ...inNamespace(namespace), selector: selector.join(" && ") };
}

function dnsRules({ namespace, podLabels, ranges }: DnsPeer): Rule[] {
  const servers: Entity[] = [pods(namespace, podLabels), ...(ranges ? [{ nets: ranges }] : [])];
  return servers.flatMap((server) =>
    (["UDP", "TCP"] as const).map((protocol) => ({
      action: "Allow" as const,
      protocol,
      destination: { ...server, ports: [53] },
    })),
  );
}

function controlPlaneRules(controlPlane: ControlPlanePeer): Rule[] {
  const server =
    "ranges" in controlPlane ? { nets: controlPlane.ranges } : pods(controlPlane.namespace, controlPlane.podLabels);
  return [{ action: "Allow", protocol: "TCP", destination: { ...server, ports: controlPlane.ports } }];
}

/** Traces on their way: the same rule lets them out of where they come from, and in where they go. */
function traceRules({ namespace, ports }: TraceCollector): Rule[] {
  return [{ action: "Allow", protocol: "TCP", destination: { ...inNamespace(namespace), ports } }];
}

/** A ban no namespace can lift, and a default that holds wherever a namespace has no policy of its own. */
export function globalIsolationManifests(args: GlobalIsolationArgs): Manifest[] {
  if (args.policyEngine !== "calico" && !args.calicoInstalled)
    throw new SettingsError([
      {
        path: "network.globalIsolation.enabled",
        reason: `cannot hold: ${args.policyEngine} knows no policies for the whole cluster, only Calico does`,
        instead:
          "Use network.isolation, which writes them for each namespace, or install Calico and set calicoInstalled",
      },
    ]);
  const traces = args.traceCollector ? traceRules(args.traceCollector) : [];
  const namespaceSelector = everyNamespaceBut([...systemNamespaces, ...(args.exceptNamespaces ?? [])]);
  return [
    globalPolicy("deny-metadata", {
      order: beforeNamespaces,
      namespaceSelector,
      types: ["Egress"],
      egress: [{ action: "Deny", destination: { nets: args.deniedRanges ?? [metadataAddress] } }],
    }),
    globalPolicy("default-deny", {
      order: afterNamespaces,
      namespaceSelector,
      types: ["Ingress", "Egress"],
      ...(traces.length > 0 ? { ingress: traces } : {}),
      egress: [
        ...dnsRules(args.dns ?? coreDns),
        ...(args.controlPlane ? controlPlaneRules(args.controlPlane) : []),
        ...traces,
      ],
    }),
  ];
}

/** Calico policy for the whole cluster: holds where a namespace has none, and bans what no namespace may allow. */
export class GlobalIsolation extends ManifestComponent {
  constructor(name: string, args: GlobalIsolationArgs, opts?: pulumi.ComponentResourceOptions) {
    const manifests = globalIsolationManifests(args);
    super(componentType("GlobalIsolation"), name, manifests, {}, opts);
    this.registerOutputs({ policies: manifests.map(({ metadata }) => metadata.name) });
  }
}
