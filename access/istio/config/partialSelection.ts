import { message } from "../../messages/index.js";
import { hasPairs } from "../../model/labels.js";
import type { Evidence, KubernetesObject, ObjectIndex, Workload } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import { labelsOf } from "../../model/pods.js";
import { evidence } from "../evidence.js";
import type { MeshSettings } from "./settings.js";
import type { ConnectionMatch, Labels, VirtualServiceSpec } from "./shapes.js";

/** The end of a connection at which a selector matters. */
export type End = "client" | "server";

interface Selector {
  object: KubernetesObject;
  field: string;
  labels: Labels;
  ends: readonly End[];
  /** It holds for pods of every namespace. */
  everywhere: boolean;
}

/** Where kinds write which pods they hold for, and at which end that decides a path. */
const selective: readonly { kind: string; field: "selector" | "workloadSelector"; ends: readonly End[] }[] = [
  { kind: "networking.istio.io/Sidecar", field: "workloadSelector", ends: ["client", "server"] },
  { kind: "networking.istio.io/EnvoyFilter", field: "workloadSelector", ends: ["client", "server"] },
  { kind: "networking.istio.io/DestinationRule", field: "workloadSelector", ends: ["client", "server"] },
  { kind: "networking.istio.io/ProxyConfig", field: "selector", ends: ["client", "server"] },
  { kind: "extensions.istio.io/WasmPlugin", field: "selector", ends: ["client", "server"] },
  { kind: "extensions.istio.io/TrafficExtension", field: "selector", ends: ["client", "server"] },
  { kind: "networking.istio.io/Gateway", field: "selector", ends: ["server"] },
  { kind: "security.istio.io/PeerAuthentication", field: "selector", ends: ["server"] },
  { kind: "security.istio.io/AuthorizationPolicy", field: "selector", ends: ["server"] },
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
      ...selective.flatMap(({ kind, field, ends }) =>
        index.ofKind(kind).flatMap((object) => selectorOf(object, field, ends) ?? []),
      ),
      ...index.ofKind("networking.istio.io/VirtualService").flatMap(sourcesOf),
    ];
    this.#keys = new Set(this.#selectors.flatMap(({ labels }) => Object.keys(labels)));
  }

  /** The first object that holds for a part of the pods, or for pods that the input does not show. */
  ofWorkload(workload: Workload, end: End): Evidence | undefined {
    if (!this.#mayDiffer(workload)) return undefined;
    const found = this.#selectors.find(
      (one) => one.ends.includes(end) && this.#reaches(one, workload) && holdsInPart(one.labels, workload),
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

  #reaches({ object, everywhere }: Selector, { namespace }: Workload): boolean {
    const place = namespaceOf(object);
    return everywhere || place === namespace || place === this.settings.rootNamespace;
  }
}

function holdsInPart(labels: Labels, { pods }: Workload): boolean {
  const answers = new Set(pods.map((group) => hasPairs(labels, labelsOf(group))));
  return answers.has("unknown") || answers.size > 1;
}

function selectorOf(object: KubernetesObject, field: string, ends: readonly End[]): Selector | undefined {
  const spec = object.spec as Record<string, Record<string, unknown> | undefined> | undefined;
  const written = spec?.[field];
  const isGateway = object.kind === "Gateway";
  const labels = (isGateway ? written : (written?.["labels"] ?? written?.["matchLabels"])) as Labels | undefined;
  if (!labels || Object.keys(labels).length === 0) return undefined;
  return { object, field: `spec.${field}`, labels, ends, everywhere: isGateway };
}

/** Routes that hold for clients with some labels. */
function sourcesOf(object: KubernetesObject): Selector[] {
  const spec = (object.spec ?? {}) as VirtualServiceSpec;
  return (["http", "tls", "tcp"] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ match = [] }, route) =>
      (match as ConnectionMatch[]).flatMap(({ sourceLabels }, index): Selector[] => {
        if (!sourceLabels || Object.keys(sourceLabels).length === 0) return [];
        const field = `spec.${list}[${route}].match[${index}].sourceLabels`;
        return [{ object, field, labels: sourceLabels, ends: ["client"], everywhere: true }];
      }),
    ),
  );
}
