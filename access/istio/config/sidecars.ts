import { message, type Message } from "../../messages/index.js";
import { append } from "../../model/append.js";
import type { Evidence, KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/world.js";
import { byCreation, evidence } from "../evidence.js";
import { hostsMatch, isSubsetOf, isWildcard } from "../registry/hostname.js";
import { parseProtocol, type Protocol } from "../registry/protocol.js";
import type { MeshService } from "../registry/registry.js";
import type { MeshSettings } from "./settings.js";
import { hasLabels } from "../../model/labels.js";
import type { Labels, SidecarSpec } from "./shapes.js";
import type { Route } from "./virtualServices.js";

/** The hosts one egress listener imports from a namespace. */
interface Imports {
  hosts: string[];
  excluded: string[];
}

/** An egress listener of a Sidecar resource, or the one that stands for having none. */
export interface EgressListener {
  /** Only services of this port, when the listener names one. */
  port?: number;
  /** What the listener's own port is declared, whatever the services' ports are. */
  protocol?: Protocol;
  imports(service: MeshService): boolean;
  importsRoute(route: Route): boolean;
  /** Part of the listener that the model does not cover. */
  unmodelled?: Message;
}

const everything: EgressListener = { imports: () => true, importsRoute: () => true };

/** What a Sidecar resource, or the lack of one, says for a workload's proxy. */
export interface SidecarChoice {
  /** Undefined when no Sidecar resource holds. */
  object?: KubernetesObject;
  listeners: readonly EgressListener[];
  outboundMode: string;
  outboundEvidence: Evidence;
  /** Egress traffic sent to a proxy is not modelled. */
  unmodelled?: Message;
}

/** Finds the Sidecar resource for a workload: its namespace's with a matching selector, its namespace's, the root's. */
export class Sidecars {
  readonly #byNamespace = new Map<string, KubernetesObject[]>();
  readonly #root: KubernetesObject | undefined;
  readonly #choices = new Map<string, SidecarChoice>();

  constructor(
    world: ObjectIndex,
    private readonly settings: MeshSettings,
  ) {
    const objects = [...world.ofKind("networking.istio.io/Sidecar")];
    objects.sort(
      (a, b) =>
        Number(specOf(b).workloadSelector !== undefined) - Number(specOf(a).workloadSelector !== undefined) ||
        byCreation(a, b),
    );
    for (const object of objects) {
      append(this.#byNamespace, namespaceOf(object), object);
    }
    this.#root = objects.find(
      (object) => namespaceOf(object) === settings.rootNamespace && specOf(object).workloadSelector === undefined,
    );
  }

  /** Whether a Sidecar resource of the namespace itself may hold for its workloads. */
  isPersonal(namespace: string): boolean {
    return this.#byNamespace.has(namespace);
  }

  /** Labels that selectors of the namespace's Sidecar resources mention. */
  selectorKeys(namespace: string): string[] {
    return (this.#byNamespace.get(namespace) ?? []).flatMap((object) =>
      Object.keys(specOf(object).workloadSelector?.labels ?? {}),
    );
  }

  choose(namespace: string, labels: Readonly<Labels>): SidecarChoice {
    const own = (this.#byNamespace.get(namespace) ?? []).find((object) =>
      hasLabels(labels, specOf(object).workloadSelector?.labels),
    );
    const object = own ?? this.#root;
    const key = object ? `${namespaceOf(object)}/${object.metadata.name}/${namespace}` : "";
    let choice = this.#choices.get(key);
    if (!choice) this.#choices.set(key, (choice = this.#convert(object, namespace)));
    return choice;
  }

  #convert(object: KubernetesObject | undefined, namespace: string): SidecarChoice {
    const { outboundMode, outboundEvidence } = this.settings;
    if (!object) return { listeners: [everything], outboundMode, outboundEvidence };
    const spec = specOf(object);
    const listeners =
      spec.egress && spec.egress.length > 0 ? spec.egress.map((one) => egressListener(one, namespace)) : [everything];
    const mode = spec.outboundTrafficPolicy ? (spec.outboundTrafficPolicy.mode ?? "REGISTRY_ONLY") : undefined;
    return {
      object,
      listeners,
      outboundMode: mode ?? outboundMode,
      outboundEvidence: mode
        ? evidence(object, "spec.outboundTrafficPolicy.mode", message("sidecar-outbound-mode", { mode }))
        : outboundEvidence,
      unmodelled: spec.outboundTrafficPolicy?.egressProxy ? message("egress-proxy-not-modelled") : undefined,
    };
  }
}

function specOf(object: KubernetesObject): SidecarSpec {
  return (object.spec ?? {}) as SidecarSpec;
}

function egressListener(egress: NonNullable<SidecarSpec["egress"]>[number], namespace: string): EgressListener {
  const byNamespace = new Map<string, Imports>();
  for (const entry of egress.hosts ?? []) {
    const [place = "", host, ...rest] = entry.split("/");
    if (host === undefined || rest.length > 0) continue;
    const excluded = place.startsWith("~");
    const name = excluded ? place.slice(1) || "*" : place;
    const key = name === "." ? namespace : name;
    const imports = byNamespace.get(key) ?? { hosts: [], excluded: [] };
    (excluded ? imports.excluded : imports.hosts).push(host);
    byNamespace.set(key, imports);
  }
  const scopes = (owner: string): Imports[] =>
    [byNamespace.get(owner), byNamespace.get("*")].flatMap((one) => one ?? []);
  const bound = egress.bind !== undefined && egress.bind !== "";
  return {
    port: egress.port?.number,
    protocol: egress.port ? parseProtocol(egress.port.protocol) : undefined,
    imports: (service) => {
      const places = scopes(service.namespace);
      if (places.some(({ excluded }) => excluded.some((host) => isSubsetOf(service.host, host)))) return false;
      if (egress.port?.number !== undefined && !service.ports.some(({ number }) => number === egress.port?.number)) {
        return false;
      }
      return places.some(({ hosts }) => hosts.some((host) => isSubsetOf(service.host, host)));
    },
    importsRoute: (route) => {
      const places = scopes(route.namespace);
      const isExcluded = (name: string): boolean =>
        places.some(({ excluded }) => excluded.some((host) => isSubsetOf(name, host)));
      return route.hosts.some(
        (name) => places.some(({ hosts }) => hosts.some((host) => importsName(name, host))) && !isExcluded(name),
      );
    },
    unmodelled: bound || egress.captureMode === "NONE" ? message("sidecar-bind-not-modelled") : undefined,
  };
}

function importsName(name: string, host: string): boolean {
  return isWildcard(name) || isWildcard(host) ? hostsMatch(name, host) : name === host;
}
