import { append } from "../model/append.js";
import type { AnalysisOptions, KubernetesObject, Target, Workload, World } from "../model/model.js";
import { namespaceOf } from "../model/world.js";
import { parseBlock, type AddressBlock } from "./addressBlock.js";

/** What stands behind a target once the cluster has translated a Service: pods with their own port, or addresses. */
export type Destination =
  | { kind: "pods"; pods: readonly { workload: Workload; port: number }[]; service: KubernetesObject }
  | { kind: "addresses"; addresses: readonly AddressBlock[] }
  | { kind: "refused"; service: KubernetesObject };

interface ServiceSpec {
  selector?: Record<string, string>;
  ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string }[];
  clusterIP?: string;
  clusterIPs?: string[];
}

/** Finds what a host or an address stands for inside the cluster. Built once per input. */
export class ServiceDirectory {
  private readonly services = new Map<string, KubernetesObject>();
  private readonly podsByAddress = new Map<string, Workload>();
  private readonly podsByLabel = new Map<string, Workload[]>();

  constructor(
    private readonly world: World,
    options: AnalysisOptions,
  ) {
    const domain = options.mesh?.clusterDomain ?? "cluster.local";
    for (const service of world.ofKind("Service")) {
      const name = `${service.metadata.name}.${namespaceOf(service)}.svc`;
      for (const host of [name, `${name}.${domain}`, ...clusterAddresses(service)]) this.services.set(host, service);
    }
    for (const workload of world.workloads) {
      for (const address of workload.addresses) this.podsByAddress.set(address, workload);
      for (const [key, value] of Object.entries(workload.labels)) {
        append(this.podsByLabel, `${workload.namespace}/${key}=${value}`, workload);
      }
    }
  }

  destination(target: Target): Destination {
    const service = this.services.get(target.host) ?? this.byAddress(target);
    if (service) return this.behind(service, target.port);
    const pods = target.addresses.flatMap((address) => this.podsByAddress.get(address) ?? []);
    const [first] = pods;
    if (first)
      return { kind: "pods", pods: pods.map((workload) => ({ workload, port: target.port })), service: first.object };
    return { kind: "addresses", addresses: target.addresses.flatMap((address) => parseBlock(address) ?? []) };
  }

  private byAddress(target: Target): KubernetesObject | undefined {
    return target.addresses.map((address) => this.services.get(address)).find((service) => service !== undefined);
  }

  private behind(service: KubernetesObject, number: number): Destination {
    const spec = (service.spec ?? {}) as ServiceSpec;
    const port = spec.ports?.find((item) => item.port === number);
    if (!port) return { kind: "refused", service };
    const pods = this.selected(namespaceOf(service), spec.selector).flatMap((workload) => {
      const own = podPort(workload, port.targetPort ?? port.port);
      return own === undefined ? [] : [{ workload, port: own }];
    });
    if (pods.length > 0) return { kind: "pods", pods, service };
    return { kind: "addresses", addresses: this.listedAddresses(service) };
  }

  /** The workloads of a namespace whose pods carry every label of a Service's selector. */
  selected(namespace: string, selector: Record<string, string> | undefined): readonly Workload[] {
    const [first, ...rest] = Object.entries(selector ?? {});
    if (!first) return [];
    const candidates = this.podsByLabel.get(`${namespace}/${first[0]}=${first[1]}`) ?? [];
    return candidates.filter((workload) => rest.every(([key, value]) => workload.labels[key] === value));
  }

  private listedAddresses(service: KubernetesObject): AddressBlock[] {
    const endpoints = this.world
      .inNamespace("Endpoints", namespaceOf(service))
      .find((object) => object.metadata.name === service.metadata.name);
    const subsets = (endpoints?.subsets ?? []) as { addresses?: { ip: string }[] }[];
    return subsets.flatMap((subset) => (subset.addresses ?? []).flatMap(({ ip }) => parseBlock(ip) ?? []));
  }
}

function clusterAddresses(service: KubernetesObject): string[] {
  const spec = (service.spec ?? {}) as ServiceSpec;
  return [...(spec.clusterIPs ?? []), spec.clusterIP ?? "None"].filter((address) => address !== "None");
}

function podPort(workload: Workload, wanted: number | string): number | undefined {
  return typeof wanted === "number" ? wanted : workload.ports.find((port) => port.name === wanted)?.port;
}
