import { textOf } from "../../messages/index.js";
import type { Workload } from "../../model/model.js";
import { interceptionKey } from "../../network/interception.js";
import type { Mesh } from "../config/mesh.js";
import type { MeshService } from "../registry/registry.js";
import { ProxyScope } from "../config/scope.js";
import { capturesDns, usesAllocated } from "../config/settings.js";
import { meshGateway } from "../config/virtualServices.js";

/** Which workloads' proxies are configured alike: what one of them does, all of them do. */
export class CallerClasses {
  readonly #scopes = new Map<string, ProxyScope>();
  readonly #labelKeys: readonly string[];
  readonly #personal: ReadonlySet<string>;

  constructor(private readonly mesh: Mesh) {
    const { index, patches, unmodelled, services } = mesh;
    const keys = [index.virtualServices.labelKeys(), patches.selectorKeys(), unmodelled.selectorKeys()];
    this.#labelKeys = [...new Set(keys.flat())];
    this.#personal = withHostsOfTheirOwn(services);
  }

  /** The configuration of a workload's proxy, shared by all that are configured alike. */
  scopeOf(workload: Workload): ProxyScope {
    const key = this.#scopeKey(workload);
    let scope = this.#scopes.get(key);
    if (!scope) {
      const { namespace, labels } = workload;
      const { index, settings, sidecars } = this.mesh;
      const sidecar = sidecars.choose(namespace, labels);
      const dns = { answers: capturesDns(workload, settings), allocated: usesAllocated(workload, settings) };
      scope = new ProxyScope(index, namespace, labels, dns, sidecar, meshGateway);
      this.#scopes.set(key, scope);
    }
    return scope;
  }

  /** Names the class of callers whose paths are the same: configured alike, and with the same identity. */
  nameOf(workload: Workload): string {
    const who = `${workload.namespace}/${workload.serviceAccount}/${workload.addresses.join(",")}`;
    return `${workload.sidecar.present === true ? this.#scopeKey(workload) : withoutSidecar(workload)} ${who}`;
  }

  /** Names what the proxies of alike workloads have in common. */
  #scopeKey(workload: Workload): string {
    const { namespace, labels } = workload;
    const { sidecars, settings, index } = this.mesh;
    const personal = this.#isPersonal(namespace);
    const keys = personal
      ? [...this.#labelKeys, ...sidecars.selectorKeys(namespace), ...index.destinationRules.selectorKeys(namespace)]
      : this.#labelKeys;
    const dns = `${capturesDns(workload, settings)},${usesAllocated(workload, settings)}`;
    const own = keys.map((key) => `${key}=${labels[key] ?? ""}`).join(",");
    return `${personal ? namespace : ""}|${dns}|${own}|${interceptionKey(workload)}`;
  }

  /** Whether a namespace's proxies may be configured otherwise than those of other namespaces. */
  #isPersonal(namespace: string): boolean {
    const { index, sidecars, patches, unmodelled } = this.mesh;
    const { virtualServices, destinationRules, visibility } = index;
    const sources = [visibility, virtualServices, destinationRules, sidecars, patches, unmodelled];
    return this.#personal.has(namespace) || sources.some((source) => source.isPersonal(namespace));
  }
}

/** Names what workloads without a sidecar have in common: why they have none. */
export function withoutSidecar({ sidecar: { present, because } }: Workload): string {
  return `${present} ${because.kind}/${because.namespace}/${because.name}/${textOf(because)}`;
}

/** Namespaces that own a host which others define too: their proxies prefer their own. */
function withHostsOfTheirOwn(services: readonly MeshService[]): ReadonlySet<string> {
  const owners = new Map<string, Set<string>>();
  for (const { host, namespace } of services) {
    const list = owners.get(host);
    if (list) list.add(namespace);
    else owners.set(host, new Set([namespace]));
  }
  return new Set([...owners.values()].flatMap((namespaces) => (namespaces.size > 1 ? [...namespaces] : [])));
}
