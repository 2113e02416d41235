import { message } from "../../messages/index.js";
import { append } from "../../model/append.js";
import type { Evidence, KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/world.js";
import { byCreation, createdAt, evidence } from "../evidence.js";
import type { MeshSettings } from "./settings.js";
import { hasLabels } from "../../model/labels.js";
import type { Labels, PeerAuthenticationSpec } from "./shapes.js";

export type MtlsMode = "STRICT" | "PERMISSIVE" | "DISABLE";

export interface PeerDecision {
  mode: MtlsMode;
  because: Evidence;
}

/** The modes of a workload: the one for every port, and those of single ports. */
export interface WorkloadModes {
  every: PeerDecision;
  ports: ReadonlyMap<number, PeerDecision>;
}

const defaultMode: PeerDecision = {
  mode: "PERMISSIVE",
  because: {
    kind: "MeshConfig",
    namespace: "",
    name: "mesh",
    field: "",
    ...message("default-permissive"),
  },
};

/** PeerAuthentication as proxies apply it: a workload's policy over its namespace's over the mesh's. */
export class PeerAuthentications {
  readonly #byNamespace = new Map<string, KubernetesObject[]>();

  constructor(
    world: ObjectIndex,
    private readonly settings: MeshSettings,
  ) {
    for (const policy of [...world.ofKind("security.istio.io/PeerAuthentication")].sort(byCreation)) {
      append(this.#byNamespace, namespaceOf(policy), policy);
    }
  }

  forWorkload(namespace: string, labels: Readonly<Labels>): WorkloadModes {
    const { rootNamespace } = this.settings;
    const wide = (place: string): KubernetesObject | undefined =>
      oldest(this.#of(place).filter((one) => !isSelective(one)));
    const own =
      namespace === rootNamespace
        ? undefined
        : oldest(
            this.#of(namespace).filter(
              (one) => isSelective(one) && hasLabels(labels, specOf(one).selector?.matchLabels),
            ),
          );
    let every = defaultMode;
    for (const policy of [wide(rootNamespace), namespace === rootNamespace ? undefined : wide(namespace), own]) {
      every = (policy && stated(policy, specOf(policy).mtls?.mode, "spec.mtls.mode")) ?? every;
    }
    const ports = new Map<number, PeerDecision>();
    for (const [port, setting] of Object.entries((own && specOf(own).portLevelMtls) ?? {})) {
      const chosen = own && stated(own, setting.mode, `spec.portLevelMtls[${port}].mode`);
      ports.set(Number(port), chosen ?? every);
    }
    return { every, ports };
  }

  /** The mode clients assume for a service's namespace: policies with a selector do not count here. */
  forNamespace(namespace: string): MtlsMode {
    return this.forWorkload(namespace, {}).every.mode;
  }

  #of(namespace: string): KubernetesObject[] {
    return this.#byNamespace.get(namespace) ?? [];
  }
}

function specOf(policy: KubernetesObject): PeerAuthenticationSpec {
  return (policy.spec ?? {}) as PeerAuthenticationSpec;
}

function isSelective(policy: KubernetesObject): boolean {
  return Object.keys(specOf(policy).selector?.matchLabels ?? {}).length > 0;
}

function oldest(policies: readonly KubernetesObject[]): KubernetesObject | undefined {
  let first: KubernetesObject | undefined;
  for (const policy of policies) if (!first || createdAt(policy) < createdAt(first)) first = policy;
  return first;
}

function stated(policy: KubernetesObject, mode: string | undefined, field: string): PeerDecision | undefined {
  if (mode !== "STRICT" && mode !== "PERMISSIVE" && mode !== "DISABLE") return undefined;
  const texts = { STRICT: "mtls-strict", PERMISSIVE: "mtls-permissive", DISABLE: "mtls-disabled" } as const;
  return { mode, because: evidence(policy, field, message(texts[mode])) };
}
