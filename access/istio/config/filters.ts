import { message } from "../../messages/index.js";
import { append } from "../../model/append.js";
import type { Evidence, KubernetesObject, Workload, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/world.js";
import { evidence } from "../evidence.js";
import { chainRule, type ChainRule } from "./chainRules.js";
import type { MeshSettings } from "./settings.js";
import { type CheckedServer, tlsCheck } from "./tlsCheck.js";
import { hasLabels } from "../../model/labels.js";
import type { Labels } from "./shapes.js";

type Context = "SIDECAR_OUTBOUND" | "SIDECAR_INBOUND" | "GATEWAY";

interface EnvoyFilterSpec {
  workloadSelector?: { labels?: Labels };
  targetRefs?: unknown[];
  configPatches?: {
    applyTo?: string;
    match?: {
      context?: string;
      proxy?: { proxyVersion?: string };
      listener?: { portNumber?: number; name?: string; filterChain?: { sni?: string; filter?: { name?: string } } };
    };
    patch?: { operation?: string; value?: unknown };
  }[];
}

/** One change of an EnvoyFilter. */
export type FilterPatch = NonNullable<EnvoyFilterSpec["configPatches"]>[number];

/** A listener an EnvoyFilter adds. */
export interface AddedListener {
  object: KubernetesObject;
  value: unknown;
  field: string;
}

/** Kinds that add filters of their own: on TCP only those of type NETWORK. */
const plugins = ["extensions.istio.io/WasmPlugin", "extensions.istio.io/TrafficExtension"];

/** Patches of these kinds change HTTP only, which no database path uses. */
const httpOnly = new Set(["HTTP_FILTER", "HTTP_ROUTE", "ROUTE_CONFIGURATION", "VIRTUAL_HOST"]);

/** Objects that change proxies in ways the model does not follow. */
export class ProxyPatches {
  readonly #byNamespace = new Map<string, KubernetesObject[]>();
  readonly #rules = new Map<object, readonly ChainRule[]>();
  readonly #tlsChecks = new Map<object, readonly CheckedServer[]>();
  /** A gateway of a thousand databases has as many EnvoyFilters: they are read once for each port of a workload. */
  readonly #touching = new Map<object, Map<string, Evidence | undefined>>();

  constructor(
    world: ObjectIndex,
    private readonly settings: MeshSettings,
  ) {
    for (const kind of ["networking.istio.io/EnvoyFilter", ...plugins]) {
      for (const object of world.ofKind(kind)) {
        append(this.#byNamespace, namespaceOf(object), object);
      }
    }
  }

  isPersonal(namespace: string): boolean {
    return this.#byNamespace.has(namespace);
  }

  selectorKeys(): string[] {
    return [...this.#byNamespace.values()].flat().flatMap((object) => Object.keys(selectorOf(object) ?? {}));
  }

  /** What keeps the model from deciding about a proxy, if anything does. */
  touching(workload: Pick<Workload, "namespace" | "labels">, context: Context, port?: number): Evidence | undefined {
    if (this.#byNamespace.size === 0) return undefined;
    let answers = this.#touching.get(workload);
    if (!answers) this.#touching.set(workload, (answers = new Map()));
    const key = `${context} ${port ?? ""}`;
    if (!answers.has(key)) answers.set(key, this.#findTouching(workload, context, port));
    return answers.get(key);
  }

  #findTouching(
    workload: Pick<Workload, "namespace" | "labels">,
    context: Context,
    port?: number,
  ): Evidence | undefined {
    for (const namespace of new Set([this.settings.rootNamespace, workload.namespace])) {
      for (const object of this.#byNamespace.get(namespace) ?? []) {
        if (!hasLabels(workload.labels, selectorOf(object))) continue;
        const field = touchedField(object, context, port);
        if (field !== undefined) return evidence(object, field, message("filter-not-modelled", { kind: object.kind }));
      }
    }
    return undefined;
  }

  /** The patches that make TCP filters connect onward only when a caller's TLS handshake has succeeded, whatever the port. */
  handshakeFirst(workload: Pick<Workload, "namespace" | "labels">): { object: KubernetesObject; patch: FilterPatch }[] {
    return this.#envoyFilters(workload).flatMap((object) =>
      (specOf(object).configPatches ?? []).flatMap((patch) =>
        decidesWhenToConnect(patch) &&
        patch.match?.listener?.portNumber === undefined &&
        tcpProxyOf(patch)?.upstream_connect_mode === "ON_DOWNSTREAM_TLS_HANDSHAKE"
          ? [{ object, patch }]
          : [],
      ),
    );
  }

  /** Listeners that EnvoyFilters add to a gateway's pods, as written. */
  addedListeners(workload: Pick<Workload, "namespace" | "labels">): AddedListener[] {
    return this.#envoyFilters(workload).flatMap((object) =>
      (specOf(object).configPatches ?? []).flatMap(({ applyTo, match, patch }, index): AddedListener[] => {
        const context = match?.context ?? "ANY";
        const added = applyTo === "LISTENER" && patch?.operation === "ADD" && /^(ANY|GATEWAY)$/.test(context);
        return added ? [{ object, value: patch.value, field: `spec.configPatches[${index}]` }] : [];
      }),
    );
  }

  /** Lists of clients that EnvoyFilters add to a filter chain of a gateway's pods. */
  chainRules(workload: Pick<Workload, "namespace" | "labels">, port: number, names: readonly string[]): ChainRule[] {
    return this.#chainRules(workload).filter(
      (rule) => (rule.port ?? port) === port && (rule.sni === undefined || names.includes(rule.sni)),
    );
  }

  /** Read once for each set of labels: a gateway of a thousand databases has as many lists. */
  #chainRules(workload: Pick<Workload, "namespace" | "labels">): readonly ChainRule[] {
    let rules = this.#rules.get(workload);
    if (!rules) {
      rules = this.#envoyFilters(workload).flatMap((object) =>
        (specOf(object).configPatches ?? []).flatMap((patch, index) => chainRule(object, patch, index) ?? []),
      );
      this.#rules.set(workload, rules);
    }
    return rules;
  }

  /** Whether a filter chain of a gateway's pods lets only applications pass that open TLS. */
  requiresTls(workload: Pick<Workload, "namespace" | "labels">, port: number, names: readonly string[]): boolean {
    let checks = this.#tlsChecks.get(workload);
    if (!checks) {
      checks = this.#envoyFilters(workload).flatMap((object) =>
        (specOf(object).configPatches ?? []).flatMap((patch) => tlsCheck(patch) ?? []),
      );
      this.#tlsChecks.set(workload, checks);
    }
    return checks.some(
      (check) => (check.port ?? port) === port && (check.sni === undefined || names.includes(check.sni)),
    );
  }

  /** The EnvoyFilters that select a proxy: those of the root namespace first. */
  #envoyFilters({ namespace, labels }: Pick<Workload, "namespace" | "labels">): KubernetesObject[] {
    return [...new Set([this.settings.rootNamespace, namespace])]
      .flatMap((place) => this.#byNamespace.get(place) ?? [])
      .filter((object) => object.kind === "EnvoyFilter" && hasLabels(labels, selectorOf(object)));
  }
}

function specOf(object: KubernetesObject): EnvoyFilterSpec {
  return (object.spec ?? {}) as EnvoyFilterSpec;
}

function selectorOf(object: KubernetesObject): Labels | undefined {
  const spec = (object.spec ?? {}) as { workloadSelector?: { labels?: Labels }; selector?: { matchLabels?: Labels } };
  return spec.workloadSelector?.labels ?? spec.selector?.matchLabels;
}

/** The first patch that may change how a connection goes. New listeners and clusters change no existing path. */
export function touchedField(object: KubernetesObject, context: Context, port: number | undefined): string | undefined {
  const { type, wasm } = (object.spec ?? {}) as { type?: string; wasm?: { type?: string } };
  if (object.kind === "WasmPlugin") return type === "NETWORK" ? "spec.type" : undefined;
  if (object.kind === "TrafficExtension") return wasm?.type === "NETWORK" ? "spec.wasm.type" : undefined;
  const patches = specOf(object).configPatches ?? [];
  const index = patches.findIndex(({ applyTo = "", match, patch }) => {
    if (httpOnly.has(applyTo) || decidesWhenToConnect({ applyTo, match, patch })) return false;
    if (chainRule(object, { applyTo, match, patch }, 0) || tlsCheck({ applyTo, match, patch })) return false;
    if ((applyTo === "LISTENER" || applyTo === "CLUSTER") && patch?.operation === "ADD") return false;
    const where = match?.context ?? "ANY";
    if (where !== "ANY" && where !== context) return false;
    const only = match?.listener?.portNumber;
    return only === undefined || port === undefined || only === port;
  });
  return index < 0 ? undefined : `spec.configPatches[${index}]`;
}

const tcpProxy = "envoy.filters.network.tcp_proxy";

function tcpProxyOf({ applyTo, match, patch }: FilterPatch): Record<string, unknown> | undefined {
  if (applyTo !== "NETWORK_FILTER" || patch?.operation !== "MERGE") return undefined;
  if (match?.listener?.filterChain?.filter?.name !== tcpProxy) return undefined;
  return (patch.value as { typed_config?: Record<string, unknown> } | undefined)?.typed_config;
}

/** A patch that says when a TCP proxy connects onward, and nothing of where. */
function decidesWhenToConnect(patch: FilterPatch): boolean {
  const fields = Object.keys(tcpProxyOf(patch) ?? {});
  const timing = new Set(["@type", "upstream_connect_mode", "max_early_data_bytes"]);
  return fields.length > 0 && fields.every((field) => timing.has(field));
}
