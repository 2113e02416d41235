import type * as pulumi from "@pulumi/pulumi";
import type { IDestinationRule } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { IPeerAuthentication } from "@kubernetes-models/istio/security.istio.io/v1";
import { mutualTlsProblems } from "../../settings/mutualTls.js";
import { SettingsError } from "../../settings/problem.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";

/** What a workload accepts: mutual TLS only, mutual TLS or plaintext, plaintext only. */
export type MutualTlsMode = "STRICT" | "PERMISSIVE" | "DISABLE";

/** A port that differs from the rest of its workload. */
export interface PortMutualTls {
  /** Port the container listens on. */
  port: number;
  /** What it accepts. */
  mode: MutualTlsMode;
  /** Port of the Service that leads there, for the clients' rule. @default the container's port */
  servicePort?: number;
}

/** One workload that differs from its namespace. */
export interface WorkloadMutualTls {
  /** Name of the policy. */
  name: string;
  /** Namespace of the workload. */
  namespace: string;
  /** Labels of its pods. */
  labels: Record<string, string>;
  /** What it accepts. @default STRICT */
  mode?: MutualTlsMode;
  /** Ports that differ. @default none */
  ports?: PortMutualTls[];
  /** Services that lead to it: their clients get the matching rule. @default none */
  services?: string[];
}

export interface MutualTlsArgs {
  /** Namespace whose policies hold for the whole mesh. */
  rootNamespace: string;
  /** What every workload of the mesh accepts unless a narrower policy says otherwise. @default STRICT */
  mode?: MutualTlsMode;
  /** Whether the mesh's own policy is written too. False where another stack has written it. @default true */
  wholeMesh?: boolean;
  /** Namespaces that differ from the mesh. @default none */
  namespaces?: {
    /** Name of the namespace. */
    namespace: string;
    /** What its workloads accept. */
    mode: MutualTlsMode;
  }[];
  /** Workloads that differ from their namespace. @default none */
  workloads?: WorkloadMutualTls[];
}

/** Name of the one policy without a selector that the mesh, or a namespace, may have. */
const policyName = "mutual-tls";

function peerAuthentication(
  name: string,
  namespace: string,
  spec: IPeerAuthentication["spec"],
): IPeerAuthentication & Manifest {
  return { apiVersion: "security.istio.io/v1", kind: "PeerAuthentication", metadata: { name, namespace }, spec };
}

function workloadPolicy({ name, namespace, labels, mode, ports = [] }: WorkloadMutualTls): Manifest {
  return peerAuthentication(name, namespace, {
    selector: { matchLabels: labels },
    mtls: { mode: mode ?? "STRICT" },
    ...(ports.length === 0
      ? {}
      : { portLevelMtls: Object.fromEntries(ports.map((port) => [String(port.port), { mode: port.mode }])) }),
  });
}

/** What a client with a sidecar must open: what is permitted stays with automatic mutual TLS. */
const clientTls = { STRICT: "ISTIO_MUTUAL", DISABLE: "DISABLE", PERMISSIVE: undefined } as const;

/**
 * The client's half of a workload's policy. A Service may lead to several workloads, so not every control plane derives
 * it from a policy with a selector. Exported to all, because every namespace may be a client.
 */
function clientRule(service: string, workload: WorkloadMutualTls): (IDestinationRule & Manifest) | undefined {
  const mode = clientTls[workload.mode ?? "STRICT"];
  const ports = (workload.ports ?? []).flatMap(({ port, servicePort, mode }) => {
    const tls = clientTls[mode];
    return tls ? [{ port: { number: servicePort ?? port }, tls: { mode: tls } }] : [];
  });
  if (!mode && ports.length === 0) return undefined;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: `${service}-mutual-tls`, namespace: workload.namespace },
    spec: {
      host: `${service}.${workload.namespace}.svc.cluster.local`,
      trafficPolicy: {
        ...(mode ? { tls: { mode } } : {}),
        ...(ports.length > 0 ? { portLevelSettings: ports } : {}),
      },
    },
  };
}

/** Policies from the widest scope to the narrowest, then the clients' rules. @throws {@link SettingsError} */
export function mutualTlsManifests(args: MutualTlsArgs): Manifest[] {
  const { namespaces = [], workloads = [], wholeMesh = true } = args;
  const problems = mutualTlsProblems(args);
  if (problems.length > 0) throw new SettingsError(problems);
  return [
    ...(wholeMesh
      ? [peerAuthentication(policyName, args.rootNamespace, { mtls: { mode: args.mode ?? "STRICT" } })]
      : []),
    ...namespaces.map(({ namespace, mode }) => peerAuthentication(policyName, namespace, { mtls: { mode } })),
    ...workloads.map(workloadPolicy),
    ...workloads.flatMap((workload) =>
      (workload.services ?? []).flatMap((service) => clientRule(service, workload) ?? []),
    ),
  ];
}

/** Mutual TLS by scope: the mesh, a namespace, a workload, a port; the narrowest one decides. */
export class MutualTls extends ManifestComponent {
  /** What workloads accept unless a narrower policy says otherwise. */
  readonly mode: MutualTlsMode;

  constructor(name: string, args: MutualTlsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("MutualTls"), name, mutualTlsManifests(args), {}, opts);
    this.mode = args.mode ?? "STRICT";
    this.registerOutputs({ mode: this.mode });
  }
}
