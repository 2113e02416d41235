import {
  knownLabels,
  type Labels,
  type LabelSelector,
  matchesSelector,
  partlyKnownLabels,
} from "../../model/labels.js";
import type { Evidence, KubernetesObject, NamespaceFacts, ObjectIndex } from "../../model/model.js";
import { message } from "../../messages/index.js";
import { and, type Trilean } from "../../model/trilean.js";
import { injectorRevision, type ControlPlane, type ControlPlanes } from "./controlPlanes.js";
import { placeOf } from "./environment.js";

interface Rule {
  operations?: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
}

interface WebhookSpec {
  name?: string;
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  rules?: readonly Rule[];
  /** CEL expressions that all have to be true. */
  matchConditions?: readonly unknown[];
  clientConfig?: { service?: { name?: string; namespace?: string }; url?: string };
}

/** A webhook that sends pods to an injector. */
interface Webhook {
  object: KubernetesObject;
  field: string;
  spec: WebhookSpec;
  /** Istio's; undefined for another mesh's. */
  istio: boolean;
  plane: ControlPlane | undefined;
}

/** A webhook that selects a pod, or may. */
export interface Selecting {
  certain: Trilean;
  plane: ControlPlane | undefined;
  istio: boolean;
  because: Evidence;
}

/** Names of webhooks that put the proxies of other meshes into pods. */
const otherMeshes = /linkerd|kuma|consul|appmesh|osm-|(sidecar|proxy|mesh)-?inject/i;

/**
 * The webhooks of the input that inject proxies. Where it holds those of one of Istio's control planes, it is taken to hold
 * all of them. A revision tag is written apart from the control plane that it stands for, so it says nothing of others.
 */
export class InjectionWebhooks {
  readonly #webhooks: readonly Webhook[];
  /** Whether webhooks of the input decide which pods get Istio's proxy. */
  readonly decide: boolean;

  constructor(index: ObjectIndex, planes: ControlPlanes) {
    this.#webhooks = index
      .ofKind("admissionregistration.k8s.io/MutatingWebhookConfiguration")
      .flatMap((object) => webhooksOf(object, planes));
    this.decide = this.#webhooks.some(({ istio, object }) => istio && !isTag(object));
  }

  /** The configuration that holds them, for evidence. */
  get first(): KubernetesObject | undefined {
    return this.#webhooks.find(({ istio }) => istio)?.object;
  }

  /** Those that select a pod, the certain ones first. */
  selecting(namespace: NamespaceFacts | undefined, name: string, pod: Labels): Selecting[] {
    const labels = namespace?.labels ?? { "kubernetes.io/metadata.name": name };
    const place = namespace?.declared === true ? knownLabels(labels) : partlyKnownLabels(labels);
    const found = this.#webhooks.flatMap(({ object, field, spec, istio, plane }): Selecting[] => {
      const certain = and(
        isAskedAboutPods(spec),
        and(matchesSelector(spec.namespaceSelector ?? {}, place), matchesSelector(spec.objectSelector ?? {}, pod)),
      );
      if (certain === false) return [];
      const because = { ...placeOf(object, field), ...message("webhook-selects", { name: spec.name ?? "" }) };
      return [{ certain, plane, istio, because }];
    });
    return [...found.filter(({ certain }) => certain === true), ...found.filter(({ certain }) => certain !== true)];
  }
}

/** Whether the API server asks it when a pod is made. What conditions in CEL say is not read. */
function isAskedAboutPods({ rules, matchConditions = [] }: WebhookSpec): Trilean {
  const includes = (list: readonly string[] | undefined, ...values: string[]) =>
    list?.some((each) => values.includes(each)) === true;
  const covers = ({ operations, apiGroups, resources }: Rule) =>
    includes(operations, "*", "CREATE") && includes(apiGroups, "*", "") && includes(resources, "*", "*/*", "pods");
  if (rules !== undefined && !rules.some(covers)) return false;
  return matchConditions.length === 0 ? true : "unknown";
}

function isTag({ metadata: { labels = {} } }: KubernetesObject): boolean {
  return labels["istio.io/tag"] !== undefined;
}

function webhooksOf(object: KubernetesObject, planes: ControlPlanes): Webhook[] {
  const webhooks = (object.webhooks ?? []) as WebhookSpec[];
  return webhooks.flatMap((spec, index): Webhook[] => {
    const { name = "", clientConfig } = spec;
    const service = clientConfig?.service;
    const istio = name.endsWith("sidecar-injector.istio.io") || service?.name?.startsWith("istiod") === true;
    if (!istio && !otherMeshes.test(`${object.metadata.name} ${name}`)) return [];
    // A managed control plane is reached by an address.
    const revision = service?.name?.startsWith("istiod")
      ? injectorRevision(service.name)
      : (object.metadata.labels?.["istio.io/rev"] ?? "default");
    const plane = istio ? planes.named(revision, service?.namespace) : undefined;
    return [{ object, field: `webhooks[${index}]`, spec, istio, plane }];
  });
}
