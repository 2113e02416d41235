import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { callersPolicyProblems, connectProblems, gatewaySchema, podProblems } from "../../settings/gateway.js";
import { parse } from "../../settings/parse.js";
import { SettingsError } from "../../settings/problem.js";
import type { NodePlacement } from "../cluster/cluster.js";
import { DatabaseAccess, type DatabaseAccessOptions } from "../egress/databaseAccess.js";
import type { DatabaseInput } from "../egress/databaseInputs.js";
import type { Forwarder } from "../egress/forwarder.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { restartedBy } from "../revisionOfPods.js";
import type { MeshFacts } from "../mesh/mesh.js";
import { asmGateway } from "./asmGateway.js";
import { deployedGateway } from "./deployedGateway.js";
import { type Gateway, gatewayOf } from "./gateway.js";
import { allowKnownCallers, allowNothing } from "./policies.js";
import { handshakeFirst } from "./handshakeFirst.js";
import type { GatewayShape } from "./gatewayShape.js";

/** Arguments of {@link EgressGateway}. */
export interface EgressGatewayArgs {
  /** The mesh whose proxy the gateway runs. */
  mesh: MeshFacts;
  /** Name of the gateway. Its pods carry the label `istio: <name>`. @default egressgateway */
  name?: string;
  /** Namespace of its pods, which must exist and have injection. @default istio-egress; on ASM always istio-system */
  namespace?: string;
  /** Port that all databases share. @default 15443 */
  sharedPort?: number;
  /**
   * What checks a client's identity after the TLS handshake: a list of clients in each database's filter chain, one
   * AuthorizationPolicy for each database, or one for all that leaves the decision to the handshake. See docs/settings.md.
   * @default filterChain on a mesh that scopes Gateways, else perDatabase
   */
  callersPolicy?: "filterChain" | "perDatabase" | "shared";
  /** Connect to a database only after the caller's handshake, by an EnvoyFilter. See docs/settings.md. @default true, not on Cloud Service Mesh */
  connectAfterHandshake?: boolean;
  /** Number of pods, and the CPU utilization in percent above which pods are added. @default 2 to 5 at 80 % */
  replicas?: {
    /** Fewest pods. @default 2 */
    min?: number;
    /** Most pods. @default 5 */
    max?: number;
    /** CPU utilization, in percent of what a pod requests, above which pods are added. @default 80 */
    cpuUtilization?: number;
  };
  /** CPU and memory of a pod. @default 100m and 128Mi requested, 2 and 1Gi at most */
  resources?: {
    /** CPU that a pod requests. @default 100m */
    cpuRequest?: string;
    /** Memory that a pod requests. @default 128Mi */
    memoryRequest?: string;
    /** Most CPU of a pod. @default 2 */
    cpuLimit?: string;
    /** Most memory of a pod. @default 1Gi */
    memoryLimit?: string;
  };
  /** How long open connections outlive a change of who may use the gateway, which ends them all. @default 45s, Istio's own; not on ASM */
  drainDuration?: string;
  /** Nodes that only gateways run on. @default any node */
  nodes?: NodePlacement;
  /** Wildcard groups that NGINX forwards beside Envoy. @default none */
  forwarders?: Forwarder[];
  /**
   * Have the proxies give the statistics that the alerts of {@link GatewayMetrics} read, and that Istio leaves out. Not on ASM,
   * whose operator makes the pods. @default false
   */
  statistics?: boolean;
  /** Revision of Istio's control plane whose proxy its pods run: that of its namespace. When it changes, the pods are replaced
   * one after the other. @default pods stay until something else replaces them */
  revision?: string;
  /** Proxy image; not on ASM. @default auto: the injection webhook chooses */
  image?: string;
  /** Clusters of the mesh that run the gateway; ASM only. @default every cluster */
  clusterIds?: pulumi.Input<string>[];
  /** Speaks to the API server that holds Istio's resources. @default the provider of the component */
  meshProvider?: k8s.Provider;
}

/** What a database's resources wait for. One resource, for the engine writes down for each of theirs what it waits for. */
export const carriesTraffic: ReadonlySet<string> = new Set(["Deployment", "IstioGateway"]);

function shapeOf({
  mesh,
  nodes,
  forwarders = [],
  statistics = false,
  meshProvider: _,
  clusterIds: __,
  ...own
}: EgressGatewayArgs): GatewayShape {
  const settings = parse(gatewaySchema, own, "gateway");
  const problems = [
    ...podProblems(settings, mesh.kind),
    ...callersPolicyProblems(settings, mesh),
    ...connectProblems(settings, { kind: mesh.kind, versions: [] }),
  ];
  if (problems.length > 0) throw new SettingsError(problems);
  return { gateway: gatewayOf(settings, mesh), settings, nodes, forwarders, statistics };
}

/** The gateway's resources, and with them the policy that lets nobody pass. */
export function egressGatewayManifests(args: EgressGatewayArgs): Manifest[] {
  return manifestsOf(shapeOf(args), args);
}

function manifestsOf(
  shape: GatewayShape,
  { mesh, clusterIds }: Pick<EgressGatewayArgs, "mesh" | "clusterIds">,
): Manifest[] {
  return [
    ...(mesh.kind === "asm"
      ? [asmGateway(shape, clusterIds)]
      : restartedBy(() => shape.settings.revision, deployedGateway(shape))),
    ...((shape.settings.connectAfterHandshake ?? mesh.kind !== "cloud-service-mesh")
      ? [handshakeFirst(shape.gateway, mesh.kind === "asm")]
      : []),
    allowNothing(shape.gateway),
    ...(shape.gateway.callersPolicy === "perDatabase" ? [] : [allowKnownCallers(shape.gateway, mesh)]),
  ];
}

/**
 * An egress gateway that lets nobody pass until a {@link DatabaseEgress} says who may.
 *
 * @throws {@link SettingsError} with every problem of the arguments at once, before anything is registered.
 */
export class EgressGateway extends ManifestComponent {
  /** What {@link DatabaseEgress} needs of it. */
  readonly gateway: Gateway;
  /** Fully qualified name of its Service: where sidecars send what leaves for a database. */
  readonly host: string;
  readonly #mesh: MeshFacts;

  constructor(name: string, args: EgressGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    const shape = shapeOf(args);
    const registration = { meshProvider: args.meshProvider, ready: carriesTraffic };
    super(componentType("EgressGateway"), name, manifestsOf(shape, args), registration, opts);
    this.#mesh = args.mesh;
    this.gateway = shape.gateway;
    this.host = this.gateway.host;
    this.registerOutputs({ host: this.host, gateway: this.gateway });
  }

  /**
   * A database behind this gateway: `allowFrom` then says who may reach it, and registers it. It is a {@link DatabaseEgress}
   * with the gateway's mesh and Kubernetes provider, which waits for the gateway.
   *
   * @param name Name of the database, and of the component.
   * @param database Host, port, protocol, traffic mode. See docs/settings.md, `databases`.
   * @param options Those of a component, and the address ranges of the cluster.
   */
  database(
    name: string,
    database: Omit<DatabaseInput, "clients" | "name">,
    options: DatabaseAccessOptions = {},
  ): DatabaseAccess {
    const args = { gateway: this.gateway, mesh: this.#mesh, database: { ...database, name } };
    const provider = this.getProvider("kubernetes:core/v1:Pod");
    return new DatabaseAccess(name, args, this.ready, { ...(provider ? { provider } : {}), ...options });
  }
}
