import type { Kubectl } from "../controlplane/controlPlane.js";
import type { Finding } from "../probes/probe.js";

/** What stacks write: kinds whose objects change when somebody changes them, and not by themselves. */
const kinds = [
  "namespaces",
  "serviceaccounts",
  "services",
  "deployments.apps",
  "networkpolicies.networking.k8s.io",
  ...["gateways", "serviceentries", "virtualservices", "destinationrules", "envoyfilters"].map(
    (kind) => `${kind}.networking.istio.io`,
  ),
  ...["authorizationpolicies", "peerauthentications"].map((kind) => `${kind}.security.istio.io`),
  "telemetries.telemetry.istio.io",
];

/** Every object of these kinds, with what tells whether it is still the same and as it was. */
export async function standing(kubectl: Kubectl): Promise<Map<string, string>> {
  const name = '{.kind}{" "}{.metadata.namespace}{"/"}{.metadata.name}';
  const template = `{range .items[*]}${name}{"\\t"}{.metadata.uid}{" "}{.metadata.generation}{"\\n"}{end}`;
  const text = await kubectl(["get", kinds.join(","), "--all-namespaces", "-o", `jsonpath=${template}`]);
  return new Map(text.split("\n").flatMap((line) => (line ? [line.split("\t") as [string, string]] : [])));
}

/** Whether all that stood there stands there still, unchanged. */
export function untouched(before: Map<string, string>, after: Map<string, string>): Finding {
  const touched = [...before].filter(([object, state]) => after.get(object) !== state).map(([object]) => object);
  return { passed: touched.length === 0, seen: touched.join(", ") || `${before.size} objects as they were` };
}
