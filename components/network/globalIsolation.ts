import type * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../../settings/cluster.js";
import { globalEngine, globalIsolationProblems } from "../../settings/globalIsolation.js";
import { SettingsError } from "../../settings/problem.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import type { TraceCollector } from "../mesh/mesh.js";
import { coreDns, type DnsPeer } from "./clusterDns.js";
import type { GlobalPolicyArgs } from "./globalPolicy/args.js";
import { calicoPolicies } from "./globalPolicy/calico.js";
import { ciliumPolicies } from "./globalPolicy/cilium.js";
import { poseidonPolicies } from "./globalPolicy/poseidon.js";
import { metadataService } from "./metadata.js";
import type { ControlPlanePeer } from "./networkIsolation.js";
import { systemNamespaces } from "./systemNamespaces.js";

export interface GlobalIsolationArgs {
  /**
   * What enforces network policy in the cluster: Calico knows policies for the whole cluster, Dataplane V2 does by
   * CiliumClusterwideNetworkPolicy, and Terway with the add-on Poseidon.
   */
  policyEngine: ClusterNetwork["policyEngine"];
  /** Whether Calico enforces policy beside the cluster's own engine; not on Terway. @default false */
  calicoInstalled?: boolean;
  /** Whether ACK's add-on Poseidon runs, 0.5.1 or later, with ACK NetworkPolicy enabled. @default false */
  poseidonInstalled?: boolean;
  /** Cloud of the cluster, which decides where its metadata service is. @default "existing" */
  cloud?: "gke" | "ack" | "existing";
  /**
   * Namespaces left alone, besides those Kubernetes, its cloud and Calico run in: the mesh's control plane.
   * @default none
   */
  exceptNamespaces?: string[];
  /** Where DNS is answered. @default pods labelled k8s-app: kube-dns in kube-system, and caches on the nodes */
  dns?: DnsPeer;
  /** Where sidecars get certificates and configuration. @default none */
  controlPlane?: ControlPlanePeer;
  /** Where sidecars send their traces. @default nowhere */
  traceCollector?: TraceCollector;
  /**
   * Ranges no pod may reach, whatever a namespace's own policy says.
   * @default the cloud's metadata service; none on Dataplane V2, where it never gives a pod the node's credentials, and none
   * on Terway, whose policies cannot deny
   */
  deniedRanges?: string[];
  /**
   * Ports of those ranges that are left to the namespaces' policies; on Dataplane V2 there are none.
   * @default 53, where Cloud DNS answers, and on GKE 80 and 988, where pods get the identity of their own service account
   */
  exceptPorts?: number[];
}

function policyArgs(args: GlobalIsolationArgs): GlobalPolicyArgs {
  const { exceptNamespaces = [], dns = coreDns, controlPlane, traceCollector, cloud = "existing" } = args;
  const { ranges, exceptPorts } = metadataService(cloud);
  return {
    exceptNamespaces: [...new Set([...systemNamespaces, ...exceptNamespaces])].sort(),
    dns,
    controlPlane,
    traceCollector,
    denied: { ranges: args.deniedRanges ?? ranges, exceptPorts: args.exceptPorts ?? exceptPorts },
  };
}

/**
 * A default that holds wherever a namespace has no policy of its own, and where the engine knows one a ban that no namespace
 * can lift.
 *
 * @throws {@link SettingsError} where nothing would enforce them.
 */
export function globalIsolationManifests(args: GlobalIsolationArgs): Manifest[] {
  const problems = globalIsolationProblems(args);
  if (problems.length > 0) throw new SettingsError(problems);
  switch (globalEngine(args)) {
    case "cilium":
      return ciliumPolicies({ ...policyArgs(args), denied: { ranges: args.deniedRanges ?? [], exceptPorts: [] } });
    case "poseidon":
      return poseidonPolicies(policyArgs(args));
    default:
      return calicoPolicies(policyArgs(args));
  }
}

/** Policy for the whole cluster: holds where a namespace has none, and bans what no namespace may allow. */
export class GlobalIsolation extends ManifestComponent {
  constructor(name: string, args: GlobalIsolationArgs, opts?: pulumi.ComponentResourceOptions) {
    const manifests = globalIsolationManifests(args);
    super(componentType("GlobalIsolation"), name, manifests, {}, opts);
    this.registerOutputs({ policies: manifests.map(({ metadata }) => metadata.name) });
  }
}
