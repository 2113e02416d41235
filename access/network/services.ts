import { append } from "../model/append.js";
import { labelsOf } from "../model/pods.js";
import { hasPairs } from "../model/labels.js";
import type { AnalysisOptions, KubernetesObject, PodGroup, Target, Workload, World } from "../model/model.js";
import { namespaceOf } from "../model/world.js";
import { parseBlock, type AddressBlock } from "./addressBlock.js";
import type { Protocol } from "./policy.js";

/** Where a connection ends: pods of a workload, or something outside the cluster. */
export type End = PodsEnd | OutsideEnd;

export interface PodsEnd {
  workload: Workload;
  group: PodGroup;
  port: number;
  /** Whether a Service's selector surely selects these pods. */
  certain: boolean;
}

export interface OutsideEnd {
  workload?: undefined;
  /** Empty when not known. */
  addresses: readonly AddressBlock[];
  /** The name that the client looks up. */
  host?: string;
  port: number;
}

/** What is behind a target once the cluster has translated a Service. */
export interface Destination {
  ends: readonly End[];
  /** The Service that the target is, or that its address belongs to. */
  service?: KubernetesObject;
  /** The Service has no such port. */
  refused?: boolean;
}

export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  protocol?: Protocol;
  nodePort?: number;
}

export interface ServiceSpec {
  type?: string;
  selector?: Record<string, string>;
  ports?: ServicePort[];
  clusterIP?: string;
  clusterIPs?: string[];
  externalName?: string;
}

interface EndpointPort {
  name?: string;
  port?: number;
  protocol?: Protocol;
}

interface Slice {
  ports?: EndpointPort[];
  endpoints?: { addresses?: string[] }[];
}

interface Subset {
  ports?: EndpointPort[];
  addresses?: { ip: string }[];
}

/** Stands for every key in the index of labels that are not known. */
const anyLabel = "*";

/** Finds what a host or an address stands for inside the cluster. Built once per input. */
export class ServiceDirectory {
  private readonly services = new Map<string, KubernetesObject>();
  private readonly podsByAddress = new Map<string, { workload: Workload; group: PodGroup }>();
  private readonly podsByLabel = new Map<string, Workload[]>();
  /** Workloads whose pods have a label, or any label, with a value that the input does not show. */
  private readonly podsByUnknownLabel = new Map<string, Workload[]>();
  private readonly slices = new Map<string, Slice[]>();
  private readonly addressesOfHosts = new Map<string, readonly string[]>();

  constructor(
    private readonly world: World,
    options: AnalysisOptions,
    targets: readonly Target[] = [],
  ) {
    const domain = options.mesh?.clusterDomain ?? "cluster.local";
    for (const service of world.ofKind("Service")) {
      const name = `${service.metadata.name}.${namespaceOf(service)}.svc`;
      for (const host of [name, `${name}.${domain}`, ...clusterAddresses(service)]) this.services.set(host, service);
    }
    for (const workload of world.workloads) this.indexPods(workload);
    for (const object of world.ofKind("discovery.k8s.io/EndpointSlice")) {
      const service = object.metadata.labels?.["kubernetes.io/service-name"];
      if (service !== undefined) append(this.slices, `${namespaceOf(object)}/${service}`, object as Slice);
    }
    for (const { host, addresses } of targets) if (addresses.length > 0) this.addressesOfHosts.set(host, addresses);
  }

  private indexPods(workload: Workload): void {
    const { namespace, pods } = workload;
    const pairs = new Set(pods.flatMap(({ labels }) => Object.entries(labels).map((pair) => pair.join("="))));
    for (const pair of pairs) append(this.podsByLabel, `${namespace}/${pair}`, workload);
    const open = new Set(pods.flatMap(({ unknownValues, moreLabels }) => (moreLabels ? [anyLabel] : unknownValues)));
    for (const key of open) append(this.podsByUnknownLabel, `${namespace}/${key}`, workload);
    for (const group of workload.pods)
      for (const address of group.addresses) this.podsByAddress.set(address, { workload, group });
  }

  /** What answers on a target's port. */
  destination({ host, port, addresses }: Target, protocol: Protocol = "TCP"): Destination {
    const service = this.services.get(host) ?? addresses.map((address) => this.services.get(address)).find(Boolean);
    if (service) return this.behind(service, port, protocol);
    return { ends: this.endsAt(addresses, host, port) };
  }

  /** Addresses are pods' where pods have them. */
  private endsAt(addresses: readonly string[], host: string | undefined, port: number): End[] {
    if (addresses.length === 0) return [{ addresses: [], host, port }];
    return addresses.flatMap((address): End[] => {
      const pod = this.podsByAddress.get(address);
      if (pod) return [{ ...pod, port, certain: true }];
      const block = parseBlock(address);
      return block ? [{ addresses: [block], host, port }] : [];
    });
  }

  /** What a Service's port leads to. */
  behind(
    service: KubernetesObject,
    number: number,
    protocol: Protocol = "TCP",
    seen = new Set<unknown>(),
  ): Destination {
    const spec = (service.spec ?? {}) as ServiceSpec;
    if (spec.type === "ExternalName") return this.behindName(service, spec.externalName ?? "", number, protocol, seen);
    const port = spec.ports?.find((item) => item.port === number && (item.protocol ?? "TCP") === protocol);
    if (!port) return { ends: [], service, refused: true };
    const ends = spec.selector ? this.podsOf(service, port) : this.listedEnds(service, port);
    return { ends: ends.length > 0 ? ends : [{ addresses: [], port: number }], service };
  }

  /** A Service of type ExternalName is another name: its ports are the client's. */
  private behindName(
    service: KubernetesObject,
    name: string,
    port: number,
    protocol: Protocol,
    seen: Set<unknown>,
  ): Destination {
    const other = this.services.get(name);
    if (other && !seen.has(other)) return this.behind(other, port, protocol, seen.add(other));
    const addresses = this.addressesOfHosts.get(name) ?? (parseBlock(name) ? [name] : []);
    return { ends: this.endsAt(addresses, name, port), service };
  }

  /** The pods that a port of a Service with a selector leads to. */
  podsOf(service: KubernetesObject, port: ServicePort): PodsEnd[] {
    const protocol = port.protocol ?? "TCP";
    const { selector } = (service.spec ?? {}) as ServiceSpec;
    return this.selected(namespaceOf(service), selector).flatMap(({ workload, group, certain }) => {
      const own = podPort(workload, port.targetPort ?? port.port, protocol);
      return own === undefined ? [] : [{ workload, group, port: own, certain }];
    });
  }

  /** The pods of a namespace whose labels have, or may have, every pair of a Service's selector. */
  selected(
    namespace: string,
    selector: Record<string, string> | undefined,
  ): { workload: Workload; group: PodGroup; certain: boolean }[] {
    const pairs = Object.entries(selector ?? {});
    if (!selector || pairs.length === 0) return [];
    return this.candidates(namespace, pairs).flatMap((workload) =>
      workload.pods.flatMap((group) => {
        const match = hasPairs(selector, labelsOf(group));
        return match === false ? [] : [{ workload, group, certain: match === true }];
      }),
    );
  }

  private candidates(namespace: string, pairs: readonly [string, string][]): readonly Workload[] {
    const [first] = pairs;
    if (!first) return [];
    const known = this.podsByLabel.get(`${namespace}/${first.join("=")}`) ?? [];
    const open = [first[0], anyLabel].flatMap((key) => this.podsByUnknownLabel.get(`${namespace}/${key}`) ?? []);
    return open.length > 0 ? [...new Set([...known, ...open])] : known;
  }

  /** Endpoints that somebody else than Kubernetes wrote, with ports of their own. */
  private listedEnds(service: KubernetesObject, port: ServicePort): End[] {
    const [namespace, name] = [namespaceOf(service), service.metadata.name];
    const slices = (this.slices.get(`${namespace}/${name}`) ?? []).map(({ ports, endpoints }) => ({
      ports,
      addresses: (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
    }));
    const subsets = this.world
      .inNamespace("Endpoints", namespace)
      .filter((object) => object.metadata.name === name)
      .flatMap((object) => (object.subsets ?? []) as Subset[])
      .map(({ ports, addresses }) => ({ ports, addresses: (addresses ?? []).map(({ ip }) => ip) }));
    return [...slices, ...subsets].flatMap(({ ports = [], addresses }) => {
      const own = ports.find((item) => (item.name ?? "") === (port.name ?? "") && sameProtocol(item, port));
      return own && addresses.length > 0 ? this.endsAt(addresses, undefined, own.port ?? port.port) : [];
    });
  }
}

function sameProtocol(one: EndpointPort, other: ServicePort): boolean {
  return (one.protocol ?? "TCP") === (other.protocol ?? "TCP");
}

function clusterAddresses(service: KubernetesObject): string[] {
  const spec = (service.spec ?? {}) as ServiceSpec;
  return [...(spec.clusterIPs ?? []), spec.clusterIP ?? "None"].filter((address) => address !== "None");
}

function podPort(workload: Workload, wanted: number | string, protocol: Protocol): number | undefined {
  if (typeof wanted === "number") return wanted;
  return workload.ports.find((port) => port.name === wanted && port.protocol === protocol)?.port;
}
