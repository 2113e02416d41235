import { append } from "./append.js";
import { generatedObjects } from "../istio/gatewayApi/generated.js";
import { Proxies } from "../istio/controlPlane/proxies.js";
import type { AnalysisOptions, KubernetesObject, NamespaceFacts, ObjectIndex, World } from "./model.js";
import { kindKey } from "./kindKey.js";
import { existingWorkloads } from "./existingWorkloads.js";
import { namespaceOf } from "./namespaceOf.js";
import { deriveWorkloads, inOrder } from "./workloads.js";

export { kindKey } from "./kindKey.js";
export { namespaceOf } from "./namespaceOf.js";

/** Indexes the objects of the input, and works out what makes pods and which of them have proxies. */
export function buildWorld(objects: readonly KubernetesObject[], options: AnalysisOptions = {}): World {
  const held = indexOf(objects, namespaceFacts(objects));
  const made = generatedObjects(held, options);
  const index = made.length === 0 ? held : indexOf([...objects, ...made], held.namespaces);
  const proxies = new Proxies(index, options);
  const derived = deriveWorkloads(index.objects, proxies);
  const workloads = inOrder([...derived, ...existingWorkloads(derived, proxies, options)]);
  return { ...index, workloads, planes: proxies.planes };
}

/** Objects by kind, and by namespace when first asked for. */
export function indexOf(objects: readonly KubernetesObject[], namespaces: ObjectIndex["namespaces"]): ObjectIndex {
  const byKind = new Map<string, KubernetesObject[]>();
  for (const object of objects) append(byKind, kindKey(object), object);
  const ofKind = (kind: string): readonly KubernetesObject[] => byKind.get(kind) ?? [];
  const perNamespace = new Map<string, Map<string, KubernetesObject[]>>();
  const inNamespace = (kind: string, namespace: string): readonly KubernetesObject[] => {
    let index = perNamespace.get(kind);
    if (!index) {
      index = new Map();
      for (const object of ofKind(kind)) append(index, namespaceOf(object), object);
      perNamespace.set(kind, index);
    }
    return index.get(namespace) ?? [];
  };
  return { objects, ofKind, inNamespace, namespaces };
}

function namespaceFacts(objects: readonly KubernetesObject[]): Map<string, NamespaceFacts> {
  const facts = new Map<string, NamespaceFacts>();
  for (const object of objects) {
    if (object.kind === "Namespace" && object.apiVersion === "v1") {
      const { name, labels, annotations } = object.metadata;
      facts.set(name, {
        name,
        // The API server adds this label to every namespace.
        labels: { ...labels, "kubernetes.io/metadata.name": name },
        annotations: annotations ?? {},
        declared: true,
      });
    }
  }
  for (const object of objects) {
    const name = namespaceOf(object);
    if (name !== "" && !facts.has(name)) {
      const labels = { "kubernetes.io/metadata.name": name };
      facts.set(name, { name, labels, annotations: {}, declared: false });
    }
  }
  return facts;
}
