import type { IMutatingWebhookConfiguration } from "kubernetes-models/admissionregistration.k8s.io/v1";
import { releaseOf, type Revisions, unnamedRevision } from "../../settings/revisions.js";
import type { Manifest } from "../manifest.js";

type Webhook = NonNullable<IMutatingWebhookConfiguration["webhooks"]>[number];
type Selectors = Required<Pick<Webhook, "namespaceSelector" | "objectSelector">>;

const inject = "sidecar.istio.io/inject";
const revision = "istio.io/rev";
const injection = "istio-injection";

const absent = (key: string) => ({ key, operator: "DoesNotExist" });
const oneOf = (key: string, value: string) => ({ key, operator: "In", values: [value] });
const notRefusing = { key: inject, operator: "NotIn", values: ["false"] };

/**
 * Revision tags, one object each: moved to another revision, it changes in one request, and no pod starts in between without
 * a sidecar. Charts write a tag as a part of its revision's release, from which it cannot move to another one's.
 *
 * Source: istio manifests/charts/istio-control/istio-discovery/templates/revision-tags-mwc.yaml.
 */
export function revisionTags({ namespace, tags }: { namespace: string; tags: Revisions["tags"] }): Manifest[] {
  return Object.entries(tags).map(([tag, to]) => revisionTag(tag, to, namespace));
}

function revisionTag(tag: string, to: string, namespace: string): IMutatingWebhookConfiguration & Manifest {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: {
      name: `istio-revision-tag-${tag}`,
      // The control plane of the revision finds it by this label, and puts its certificate into it.
      labels: { "istio.io/tag": tag, [revision]: to },
    },
    webhooks: Object.entries(selectorsOf(tag)).map(([prefix, selectors]): Webhook => ({
      name: `${prefix}.sidecar-injector.istio.io`,
      clientConfig: {
        service: { name: releaseOf({ name: to }), namespace, path: "/inject", port: 443 },
      },
      ...selectors,
      rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
      sideEffects: "None",
      // A pod without a sidecar would start outside the mesh.
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      admissionReviewVersions: ["v1"],
    })),
  };
}

/** Namespaces that name the tag, and pods that do in namespaces that name nothing. */
function selectorsOf(tag: string): Record<string, Selectors> {
  return {
    "rev.namespace": {
      namespaceSelector: { matchExpressions: [oneOf(revision, tag), absent(injection)] },
      objectSelector: { matchExpressions: [notRefusing] },
    },
    "rev.object": {
      namespaceSelector: { matchExpressions: [absent(revision), absent(injection)] },
      objectSelector: { matchExpressions: [notRefusing, oneOf(revision, tag)] },
    },
    ...(tag === unnamedRevision ? defaultSelectors : {}),
  };
}

/** With the tag `default`, those too that ask for injection and name no revision. */
const defaultSelectors: Record<string, Selectors> = {
  namespace: {
    namespaceSelector: { matchExpressions: [oneOf(injection, "enabled")] },
    objectSelector: { matchExpressions: [notRefusing] },
  },
  object: {
    namespaceSelector: { matchExpressions: [absent(injection), absent(revision)] },
    objectSelector: { matchExpressions: [oneOf(inject, "true"), absent(revision)] },
  },
};
