import { type Message, type ProblemId, severityOf } from "../messages/index.js";
import { originOf } from "./generated.js";
import type { KubernetesObject, Problem, Source } from "./model.js";
import { namespaceOf } from "./world.js";

/** A problem of the input, found at a place in a file. */
export function problemAt(message: Message<ProblemId>, source?: Source): Problem {
  return { ...message, severity: severityOf(message.id), ...(source ? { source } : {}) };
}

/** A problem of one object. */
export function problemOf(object: KubernetesObject, message: Message<ProblemId>): Problem {
  const named = originOf(object)?.object ?? object;
  const { kind, metadata, source } = named;
  return { ...problemAt(message, source), object: { kind, namespace: namespaceOf(named), name: metadata.name } };
}
