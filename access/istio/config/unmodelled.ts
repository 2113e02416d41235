import { nameOf } from "../../model/objectName.js";
import { message } from "../../messages/index.js";
import { knownLabels, matchesSelector, type LabelSelector } from "../../model/labels.js";
import { isUnmodelledMeshKind } from "../../model/meshKinds.js";
import type { Evidence, Finding, KubernetesObject, ObjectIndex, Workload } from "../../model/model.js";
import { groupOf } from "../../model/kindKey.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import { evidence } from "../evidence.js";
import { hostsMatch } from "../registry/hostname.js";
import type { MeshSettings } from "./settings.js";
import type { Labels, TargetRef } from "./shapes.js";

type Proxy = Pick<Workload, "namespace" | "labels">;

/** What an object of a kind that is not modelled may change: hosts and objects that it names, else the proxies it selects. */
interface Unmodelled {
  object: KubernetesObject;
  hosts: readonly string[];
  /** `Kind namespace/name` of what it targets. */
  targets: ReadonlySet<string>;
  selector: LabelSelector | undefined;
}

interface UnmodelledSpec {
  targetRef?: TargetRef;
  targetRefs?: TargetRef[];
  selector?: LabelSelector & { labels?: Labels };
  workloadSelector?: LabelSelector & { labels?: Labels };
}

/** Objects that may change paths in ways that the model does not follow, by what they may touch. */
export class UnmodelledObjects {
  readonly #found: readonly Unmodelled[];

  constructor(
    index: ObjectIndex,
    private readonly settings: MeshSettings,
  ) {
    this.#found = index.objects.filter(isUnmodelledMeshKind).map(unmodelledOf);
  }

  /** Whether proxies of a namespace may be touched where others are not. */
  isPersonal(namespace: string): boolean {
    return this.#found.some(({ object }) => namespaceOf(object) === namespace);
  }

  /** Labels by which they select proxies. */
  selectorKeys(): string[] {
    return this.#found.flatMap(({ selector }) => [
      ...Object.keys(selector?.matchLabels ?? {}),
      ...(selector?.matchExpressions ?? []).map(({ key }) => key),
    ]);
  }

  /** What may change the paths of every proxy to a host. */
  ofHost(host: string, objects: readonly KubernetesObject[]): Evidence | undefined {
    if (this.#found.length === 0) return undefined;
    const names = new Set(objects.map(keyOf));
    const found = this.#found.find(
      ({ hosts, targets }) => hosts.some((one) => hostsMatch(one, host)) || [...targets].some((one) => names.has(one)),
    );
    return found && evidenceOf(found);
  }

  /** What may change any path of a proxy. */
  ofProxy(proxy: Proxy): Evidence | undefined {
    const found = this.#found.find((one) => this.#mayTouch(one, proxy));
    return found && evidenceOf(found);
  }

  #mayTouch({ object, hosts, targets, selector }: Unmodelled, proxy: Proxy): boolean {
    if (hosts.length > 0 || targets.size > 0) return false;
    const namespace = namespaceOf(object);
    if (namespace !== "" && namespace !== this.settings.rootNamespace && namespace !== proxy.namespace) return false;
    return selector === undefined || matchesSelector(selector, knownLabels(proxy.labels)) !== false;
  }
}

function evidenceOf({ object }: Pick<Unmodelled, "object">): Evidence {
  return evidence(object, "spec", message("kind-may-change-path", { kind: object.kind, group: groupOf(object) }));
}

function unmodelledOf(object: KubernetesObject): Unmodelled {
  const { targetRef, targetRefs = [], selector, workloadSelector } = (object.spec ?? {}) as UnmodelledSpec;
  const refs = targetRef ? [targetRef, ...targetRefs] : targetRefs;
  const chosen = workloadSelector ?? selector;
  return {
    object,
    hosts: [...hostsIn(object.spec), ...refs.flatMap(({ kind, name }) => (kind === "Hostname" && name ? [name] : []))],
    targets: new Set(
      refs.flatMap(({ kind = "", name, namespace }) =>
        kind === "Service" || kind === "ServiceEntry"
          ? [`${kind} ${namespace ?? namespaceOf(object)}/${name ?? ""}`]
          : [],
      ),
    ),
    selector: chosen?.labels ? { matchLabels: chosen.labels } : chosen,
  };
}

function keyOf(object: KubernetesObject): string {
  return `${object.kind} ${namespaceOf(object)}/${object.metadata.name}`;
}

const hostKeys = /^(host|hosts|hostname|hostnames|fqdn|domains|domainNames)$/;

/** Host names anywhere in a spec, under the names that APIs give them. */
function hostsIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return hostKeys.test(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => hostsIn(item, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => hostsIn(inner, name));
}

/** Objects that may change paths in ways that are not modelled. */
export function unmodelledFindings(index: ObjectIndex): Finding[] {
  return index.objects.filter(isUnmodelledMeshKind).map((object) => {
    const args = { object: nameOf(object), kind: object.kind, group: groupOf(object) };
    return { ...message("object-not-modelled", args), because: [evidenceOf({ object })] };
  });
}
