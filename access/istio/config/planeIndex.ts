import type { ControlPlane } from "../controlPlane/controlPlanes.js";
import { doubtsOf } from "../controlPlane/doubts.js";
import { message } from "../../messages/index.js";
import { knownLabels, matchesSelector, partlyKnownLabels } from "../../model/labels.js";
import type { Evidence, KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import { some, type Trilean } from "../../model/trilean.js";
import { indexOf, kindKey } from "../../model/world.js";
import { evidence } from "../evidence.js";

/** Groups of which istiod reads only objects of its revision: pilot/pkg/config/kube/crdclient/client.go. */
const ofRevision = /^(networking|security|extensions|telemetry)\.istio\.io\/|^gateway\.networking\.k8s\.io\//;

/** Kinds of which it reads those of selected namespaces only. */
const ofNamespaces = new Set(["Service", "Pod", "Endpoints", "discovery.k8s.io/EndpointSlice"]);

/** The objects that one control plane reads, and why it passes over the others. */
export interface PlaneIndex {
  index: ObjectIndex;
  /** Objects that the control plane does not read, and why. */
  skipped: ReadonlyMap<KubernetesObject, readonly Evidence[]>;
  /** What may change any path of the control plane's proxies, and how is not known. */
  doubts: readonly Evidence[];
}

/** What a control plane reads: objects of its revision or of none, in namespaces that its discoverySelectors match. */
export function planeIndex(plane: ControlPlane, index: ObjectIndex): PlaneIndex {
  const watch = new WatchedNamespaces(plane, index);
  const skipped = new Map<KubernetesObject, readonly Evidence[]>();
  for (const object of index.objects) {
    const why = otherRevision(plane, object) ?? watch.leavesOut(object);
    if (why) skipped.set(object, why);
  }
  const doubts = [...doubtsOf(plane, index), ...(watch.doubt ? [watch.doubt] : [])];
  if (skipped.size === 0) return { index, skipped, doubts };
  const read = index.objects.filter((object) => !skipped.has(object));
  return { index: indexOf(read, index.namespaces), skipped, doubts };
}

/** Source: istio pkg/config/model.go, LabelsInRevision. */
function otherRevision({ revision }: ControlPlane, object: KubernetesObject): Evidence[] | undefined {
  const label = object.metadata.labels?.["istio.io/rev"];
  if (label === undefined || label === revision || !ofRevision.test(kindKey(object))) return undefined;
  // A Gateway of the Gateway API is read whatever its label: crdclient leaves its revision to the deployment controller.
  if (kindKey(object) === "gateway.networking.k8s.io/Gateway") return undefined;
  return [evidence(object, 'metadata.labels["istio.io/rev"]', message("other-revision", { revision }))];
}

/** Namespaces by the mesh's discoverySelectors: pkg/kube/namespace/filter.go. */
class WatchedNamespaces {
  doubt?: Evidence;
  readonly #watched = new Map<string, Trilean>();

  constructor(
    private readonly plane: ControlPlane,
    private readonly index: ObjectIndex,
  ) {}

  leavesOut(object: KubernetesObject): Evidence[] | undefined {
    const { discoverySelectors = [] } = this.plane.config;
    if (discoverySelectors.length === 0) return undefined;
    const key = kindKey(object);
    if (!(ofNamespaces.has(key) || ofRevision.test(key))) return undefined;
    const namespace = namespaceOf(object);
    const watched = this.#isWatched(namespace);
    if (watched === true) return undefined;
    const place = this.plane.configPlace ?? { kind: "MeshConfig", namespace: "", name: "mesh", field: "" };
    const selectors = { ...place, field: `${place.field}: discoverySelectors`, ...message("discovery-selectors") };
    const labels = { kind: "Namespace", namespace: "", name: namespace, field: "metadata.labels" };
    if (watched === "unknown") {
      this.doubt ??= { ...labels, ...message("maybe-not-discovered") };
      return undefined;
    }
    return [selectors, { ...labels, ...message("not-discovered") }];
  }

  #isWatched(namespace: string): Trilean {
    let watched = this.#watched.get(namespace);
    if (watched === undefined) {
      const facts = this.index.namespaces.get(namespace);
      const labels = (facts?.declared ? knownLabels : partlyKnownLabels)(facts?.labels ?? {});
      const { discoverySelectors = [] } = this.plane.config;
      watched = some(discoverySelectors, (selector) => matchesSelector(selector, labels));
      this.#watched.set(namespace, watched);
    }
    return watched;
  }
}
