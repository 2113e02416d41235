import { message } from "../../messages/index.js";
import { hasPairs } from "../../model/labels.js";
import type { Evidence, KubernetesObject, ObjectIndex, Workload } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import { labelsOf } from "../../model/pods.js";
import { evidence } from "../evidence.js";
import { touchedField } from "./filters.js";
import type { MeshSettings } from "./settings.js";
import type { ConnectionMatch, Labels, VirtualServiceSpec } from "./shapes.js";

/** The end of a connection at which a selector matters. */
export type End = "client" | "server";

interface Selector {
  object: KubernetesObject;
  field: string;
  labels: Labels;
  ends: readonly End[];
  /** Whose pods it is read for: its own namespace's, those of every namespace where it lies in the root namespace, or all. */
  scope: Scope;
}

type Scope = "namespace" | "root" | "all";

interface SelectiveKind {
  kind: string;
  field: "selector" | "workloadSelector";
  ends: readonly End[];
  scope: Scope;
}

/** Where kinds write which pods they hold for, and at which end that decides a path. */
const selective: readonly SelectiveKind[] = [
  { kind: "networking.istio.io/Sidecar", field: "workloadSelector", ends: ["client", "server"], scope: "namespace" },
  { kind: "networking.istio.io/EnvoyFilter", field: "workloadSelector", ends: ["client", "server"], scope: "root" },
  {
    kind: "networking.istio.io/DestinationRule",
    field: "workloadSelector",
    ends: ["client", "server"],
    scope: "namespace",
  },
  { kind: "networking.istio.io/ProxyConfig", field: "selector", ends: ["client", "server"], scope: "root" },
  { kind: "extensions.istio.io/WasmPlugin", field: "selector", ends: ["client", "server"], scope: "root" },
  { kind: "extensions.istio.io/TrafficExtension", field: "selector", ends: ["client", "server"], scope: "root" },
  { kind: "networking.istio.io/Gateway", field: "selector", ends: ["server"], scope: "all" },
  { kind: "security.istio.io/PeerAuthentication", field: "selector", ends: ["server"], scope: "namespace" },
  { kind: "security.istio.io/AuthorizationPolicy", field: "selector", ends: ["server"], scope: "root" },
];

/**
 * Objects of the mesh that hold for some pods of a workload and not for others, or for which the input does not show the
 * label that decides: `pod-template-hash`, or those of pods that differ. A workload has one answer, so it is not known.
 */
export class PartialSelections {
  readonly #selectors: readonly Selector[];
  /** Labels that selectors mention: most workloads have all of these alike, and need no closer look. */
  readonly #keys: ReadonlySet<string>;

  constructor(
    index: ObjectIndex,
    private readonly settings: MeshSettings,
  ) {
    this.#selectors = [
      ...selective.flatMap((one) => index.ofKind(one.kind).flatMap((object) => selectorOf(object, one) ?? [])),
      ...index.ofKind("networking.istio.io/VirtualService").flatMap(sourcesOf),
    ];
    this.#keys = new Set(this.#selectors.flatMap(({ labels }) => Object.keys(labels)));
  }

  /** The first object that holds for a part of the pods, or for pods that the input does not show. */
  ofWorkload(workload: Workload, end: End): Evidence | undefined {
    if (!this.#mayDiffer(workload)) return undefined;
    const found = this.#selectors.find(
      (one) =>
        one.ends.includes(end) &&
        this.#reaches(one, workload) &&
        holdsInPart(one.labels, workload) &&
        !leavesAlone(one.object, workload, end),
    );
    return found && evidence(found.object, found.field, message("selects-some-pods"));
  }

  #mayDiffer({ pods }: Workload): boolean {
    return pods.length > 1
      ? this.#keys.size > 0
      : pods.some(({ moreLabels, unknownValues }) =>
          moreLabels ? this.#keys.size > 0 : unknownValues.some((key) => this.#keys.has(key)),
        );
  }

  #reaches({ object, scope }: Selector, { namespace }: Workload): boolean {
    const place = namespaceOf(object);
    return scope === "all" || place === namespace || (scope === "root" && place === this.settings.rootNamespace);
  }
}

function holdsInPart(labels: Labels, { pods }: Workload): boolean {
  const answers = new Set(pods.map((group) => hasPairs(labels, labelsOf(group))));
  return answers.has("unknown") || answers.size > 1;
}

/** A filter for gateways changes no sidecar, and one of sidecars no gateway, whichever pods it selects. */
function leavesAlone(object: KubernetesObject, { gateway }: Workload, end: End): boolean {
  if (object.kind === "Gateway") return !gateway;
  if (object.kind !== "EnvoyFilter" || gateway) return false;
  return touchedField(object, end === "client" ? "SIDECAR_OUTBOUND" : "SIDECAR_INBOUND", undefined) === undefined;
}

function selectorOf(object: KubernetesObject, { field, ends, scope }: SelectiveKind): Selector | undefined {
  const spec = object.spec as Record<string, Record<string, unknown> | undefined> | undefined;
  const written = spec?.[field];
  const labels = (object.kind === "Gateway" ? written : (written?.["labels"] ?? written?.["matchLabels"])) as
    Labels | undefined;
  if (!labels || Object.keys(labels).length === 0) return undefined;
  return { object, field: `spec.${field}`, labels, ends, scope };
}

/** Routes that hold for clients with some labels. */
function sourcesOf(object: KubernetesObject): Selector[] {
  const spec = (object.spec ?? {}) as VirtualServiceSpec;
  return (["http", "tls", "tcp"] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ match = [] }, route) =>
      (match as ConnectionMatch[]).flatMap(({ sourceLabels }, index): Selector[] => {
        if (!sourceLabels || Object.keys(sourceLabels).length === 0) return [];
        const field = `spec.${list}[${route}].match[${index}].sourceLabels`;
        return [{ object, field, labels: sourceLabels, ends: ["client"], scope: "all" }];
      }),
    ),
  );
}
