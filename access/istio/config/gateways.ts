import { nameOf } from "../../model/objectName.js";
import { message, type Message } from "../../messages/index.js";
import type { Evidence, KubernetesObject, Workload, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/world.js";
import { originOf } from "../../model/generated.js";
import { gatewayNameLabel } from "../gatewayApi/gateways.js";
import { byCreation, evidence } from "../evidence.js";
import { parseProtocol, type Protocol } from "../registry/protocol.js";
import type { MeshService } from "../registry/registry.js";
import type { MeshSettings } from "./settings.js";
import { hasLabels } from "../../model/labels.js";
import type { GatewaySpec, Server } from "./shapes.js";

/** A server of a Gateway, on the port its pods really listen on. */
export interface BoundServer {
  server: Server;
  /** Its number as the Gateway names it: routes match this one. */
  number: number;
  protocol: Protocol;
  /** Host names it serves, as `host` or `namespace/host`. */
  hosts: readonly string[];
  gateway: KubernetesObject;
  /** `namespace/name` of the Gateway. */
  gatewayName: string;
  index: number;
}

/** A server that istiod leaves out, with the reason. */
export interface DroppedServer {
  bound: BoundServer;
  evidence: Evidence;
}

/** Everything a gateway's pods serve on one port. */
export interface PortServers {
  /** In the order their filter chains stand in. */
  servers: BoundServer[];
  dropped: DroppedServer[];
}

/** The servers a gateway workload's pods listen with, by the port of the pod. */
export type GatewayListeners = ReadonlyMap<number, PortServers>;

export function field(bound: BoundServer, path: string): string {
  return `spec.servers[${bound.index}].${path}`;
}

/** Servers terminate TLS, pass it on, or do not know of it. */
export function tlsMode(server: Server): "none" | "passthrough" | "ISTIO_MUTUAL" | "other" {
  if (!server.tls) return "none";
  const mode = server.tls.mode ?? "PASSTHROUGH";
  if (mode === "PASSTHROUGH" || mode === "AUTO_PASSTHROUGH") return "passthrough";
  return mode === "ISTIO_MUTUAL" ? mode : "other";
}

/** Gateways in istiod's order, and what each gateway workload makes of them. */
export class Gateways {
  readonly #objects: readonly KubernetesObject[];
  readonly #listeners = new Map<Workload, GatewayListeners>();

  constructor(
    world: ObjectIndex,
    private readonly settings: MeshSettings,
    private readonly services: readonly MeshService[],
  ) {
    this.#objects = [...world.ofKind("networking.istio.io/Gateway")].sort(byCreation);
  }

  listeners(workload: Workload): GatewayListeners {
    let listeners = this.#listeners.get(workload);
    if (!listeners) this.#listeners.set(workload, (listeners = this.#merge(workload)));
    return listeners;
  }

  /** Gateways that select a workload's pods and do not apply to them, because the mesh keeps each to its own namespace. */
  outOfScope({ namespace, labels }: Workload): Evidence[] {
    const { scopeGateways, scopeEvidence } = this.settings;
    if (!scopeGateways) return [];
    const others = this.#objects.filter(
      (object) =>
        namespaceOf(object) !== namespace && hasLabels(labels, (object.spec as GatewaySpec | undefined)?.selector),
    );
    if (others.length === 0) return [];
    return [
      ...others.map((object) => evidence(object, "metadata.namespace", message("gateway-out-of-scope", { namespace }))),
      ...(scopeEvidence ? [scopeEvidence] : []),
    ];
  }

  /**
   * Gateways that apply to a workload's pods. Those of the Gateway API apply in their own namespace only, and keep out
   * Istio's of other namespaces: push_context.go, filterStrictGatewayMerging.
   */
  #applicable({ namespace, labels }: Workload): KubernetesObject[] {
    const selecting = this.#objects.filter((object) =>
      hasLabels(labels, (object.spec as GatewaySpec | undefined)?.selector),
    );
    const own = selecting.filter((object) => namespaceOf(object) === namespace);
    const managed = own.some(originOf) && labels[gatewayNameLabel] !== undefined;
    if (this.settings.scopeGateways || managed) return own;
    return selecting.filter((object) => !originOf(object) || own.includes(object));
  }

  #merge(workload: Workload): GatewayListeners {
    const ports = new Map<number, PortMerge>();
    for (const object of this.#applicable(workload)) {
      const namespace = namespaceOf(object);
      const spec = (object.spec ?? {}) as GatewaySpec;
      (spec.servers ?? []).forEach((server, index) => {
        const number = server.port?.number;
        if (number === undefined) return;
        const bound: BoundServer = {
          server,
          number,
          protocol: parseProtocol(server.port?.protocol),
          hosts: (server.hosts ?? []).map((host) => serverHost(host, namespace)),
          gateway: object,
          gatewayName: `${namespace}/${object.metadata.name}`,
          index,
        };
        const port = this.#podPort(workload, number);
        let merge = ports.get(port);
        if (!merge) ports.set(port, (merge = new PortMerge()));
        merge.add(bound);
      });
    }
    return new Map([...ports].map(([port, merge]) => [port, merge.result()]));
  }

  /** A Gateway's port is the port of a Service of the pods where there is one, else the pods' own. */
  #podPort(workload: Workload, number: number): number {
    for (const service of this.services) {
      if (service.namespace !== workload.namespace || service.registry !== "kubernetes") continue;
      if (!service.selector || !hasLabels(workload.labels, service.selector)) continue;
      if (service.object.metadata.labels?.["experimental.istio.io/disable-gateway-port-translation"] !== undefined)
        continue;
      const port = service.ports.find((one) => one.number === number);
      if (port) return targetPort(port.targetPort ?? number, workload.ports, number);
    }
    return number;
  }
}

/** The number of a port that may be named after a container's. */
export function targetPort(
  target: number | string,
  ports: readonly { name?: string; port: number }[],
  fallback: number,
): number {
  if (typeof target === "number") return target;
  const numeric = Number(target);
  if (Number.isInteger(numeric) && numeric > 0) return numeric;
  return ports.find(({ name }) => name === target)?.port ?? fallback;
}

/** `./host` means the Gateway's namespace, `*` + `/host` every namespace. */
function serverHost(host: string, namespace: string): string {
  const [place, name] = host.split("/");
  if (name === undefined) return host;
  if (place === ".") return `${namespace}/${name}`;
  return place === "*" ? name : host;
}

/** The SNI a host of a server stands for. */
export function sniOf(host: string): string {
  return host.slice(host.indexOf("/") + 1);
}

/**
 * Merges the servers of one port as istiod does: the first plaintext server keeps the port for itself; TLS servers
 * share it when no host is served twice.
 */
class PortMerge {
  readonly #chains = new Map<string, BoundServer[]>();
  readonly #dropped: DroppedServer[] = [];
  readonly #hosts = new Map<string, BoundServer>();
  #plaintext: BoundServer | undefined;
  #taken = false;

  add(bound: BoundServer): void {
    const { server } = bound;
    if (server.tls) {
      for (const host of bound.hosts) {
        const first = this.#hosts.get(`${server.bind ?? ""}|${host}`);
        if (!first) continue;
        return this.#drop(bound, "hosts", message("host-served-twice", { gateway: nameOf(first.gateway), host }));
      }
      for (const host of bound.hosts) this.#hosts.set(`${server.bind ?? ""}|${host}`, bound);
    }
    const isTlsServer = server.tls !== undefined && bound.protocol !== "http";
    if (this.#taken && this.#plaintext) {
      const shares = bound.protocol === "http" && this.#plaintext.protocol === "http";
      if (!shares && (this.#plaintext.server.bind ?? "") === (server.bind ?? "")) {
        return this.#drop(
          bound,
          "port",
          message("plaintext-server-first", { gateway: nameOf(this.#plaintext.gateway) }),
        );
      }
    } else if (!isTlsServer) this.#plaintext = bound;
    this.#taken = true;
    const key = `${server.port?.protocol ?? ""}|${server.bind ?? ""}`;
    const chain = this.#chains.get(key);
    if (chain) chain.push(bound);
    else this.#chains.set(key, [bound]);
  }

  #drop(bound: BoundServer, path: string, text: Message): void {
    this.#dropped.push({ bound, evidence: evidence(bound.gateway, field(bound, path), text) });
  }

  result(): PortServers {
    return { servers: [...this.#chains.values()].flat(), dropped: this.#dropped };
  }
}
