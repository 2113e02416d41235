import { message } from "../../messages/index.js";
import type { Evidence, MeshVerdict, Workload } from "../../model/model.js";
import { ApplicationPods } from "../inbound/applicationPods.js";
import { evidence } from "../evidence.js";
import { GatewayPods } from "../inbound/gatewayPods.js";
import { targetPort } from "../config/gateways.js";
import type { Mesh } from "../config/mesh.js";
import type { Meshes } from "../config/meshes.js";
import type { Hop, Pods } from "../inbound/pods.js";
import { agreed, ended, type RouteResult } from "./route.js";
import type { Cluster, UpstreamTls } from "../config/scope.js";
import { principalOf } from "../inbound/server.js";
import { hasLabels } from "../../model/labels.js";
import { blocked, unknown } from "../verdict.js";

/** Leads connections to the pods behind a Service: a gateway's, or those of an application. */
export class ServicePods {
  readonly #gateways: GatewayPods;
  readonly #applications: ApplicationPods;

  constructor(
    private readonly mesh: Mesh,
    private readonly meshes: Meshes,
    pods: Pods,
  ) {
    this.#gateways = new GatewayPods(pods);
    this.#applications = new ApplicationPods(pods);
  }

  /** To all pods of the Service, or of its subset. Where they differ, the answer is not known. */
  behind(hop: Hop): RouteResult {
    const { cluster, because, tls } = hop;
    const { service } = cluster;
    const open = (more: Evidence): RouteResult => ended(unknown([...because, more]));
    if (service.resolution === "alias")
      return open(evidence(service.object, "spec.type", message("external-name-not-modelled")));
    if (tls?.unmodelled) return open({ ...this.mesh.settings.outboundEvidence, ...tls.unmodelled });
    const all = this.mesh.workloadsBehind(service);
    if (all.length === 0) return open(evidence(service.object, "spec.selector", message("service-without-workloads")));
    const foreign = this.mesh.workloadEntryBehind(service);
    if (foreign) return open(evidence(service.object, "spec.selector", message("workload-entries", { name: foreign })));
    const wanted = subsetOf(cluster)?.subset.labels;
    const pods = all.filter(({ labels }) => hasLabels(labels, wanted));
    if (pods.length === 0) return ended(blocked([...because, emptySubset(cluster)]));
    const results = pods.map((workload) => this.#to(workload, hop));
    return agreed(results, because);
  }

  #to(workload: Workload, hop: Hop): RouteResult {
    const { cluster, tls, because } = hop;
    const undecidable = this.meshes.doubtsOf(workload, "server");
    if (undecidable) return ended(unknown([...because, ...undecidable]));
    const doubt = workload.sidecar.present === false ? undefined : hop.mesh.unmodelled.ofProxy(workload);
    if (doubt) return ended(unknown([...because, doubt]));
    const distrusted = this.#distrusted(workload, tls);
    if (distrusted) return ended(distrusted(because));
    const port = targetPort(cluster.port.targetPort ?? cluster.port.number, workload.ports, cluster.port.number);
    const further = { ...hop, because: tls?.evidence ? [...because, tls.evidence] : because };
    return workload.gateway
      ? this.#gateways.through(workload, port, further)
      : this.#applications.to(workload, port, further);
  }

  /** A rule may name the identities a server has to show. Pods made by a cloud have a service account of its choice. */
  #distrusted(
    workload: Workload,
    tls: UpstreamTls | undefined,
  ): ((because: readonly Evidence[]) => MeshVerdict) | undefined {
    const { serverNames = [], evidence: rule } = tls ?? {};
    const own = `spiffe://${principalOf(workload, this.mesh.settings.trustDomain)}`;
    if (!rule || serverNames.length === 0 || serverNames.includes(own)) return undefined;
    if (workload.kind === "IstioGateway") {
      return (because) => unknown([...because, { ...rule, ...message("server-identity-unknown") }]);
    }
    return (because) => blocked([...because, { ...rule, ...message("server-identity-refused", { identity: own }) }]);
  }
}

function subsetOf({ subset, rule }: Cluster) {
  return subset ? rule?.subsets.get(subset) : undefined;
}

/** Why a subset has no pods. */
function emptySubset(cluster: Cluster): Evidence {
  const { service, subset } = cluster;
  const owned = subsetOf(cluster);
  const text = message("subset-without-pods", { host: service.host, subset: subset ?? "" });
  return owned
    ? evidence(owned.object, `${owned.field}.labels`, text)
    : evidence(service.object, "spec.selector", text);
}
