import type { Kubectl } from "../controlplane/controlPlane.js";

/** Kinds that record what happened, or that controllers renew by themselves. */
const passing = /^(events|events\.events\.k8s\.io|leases\.coordination\.k8s\.io|componentstatuses)$/;

/**
 * What a removed stack leaves behind by the design of the software it installs, with the reason. Everything else that
 * is left is a fault.
 */
const staysByDesign: { what: RegExp; reason: string }[] = [
  {
    what: /(customresourcedefinition\.apiextensions|apiservice\.apiregistration)\.k8s\.io\/\S+\.istio\.io$/,
    reason:
      "Istio's CRDs: its chart tells Helm to keep them, for their removal would delete every other stack's resources",
  },
  { what: /^\S+ configmap\/istio-ca-(root-cert|crl)$/, reason: "root certificates istiod writes into every namespace" },
];

/** Everything the API server holds, as `namespace kind/name`. */
export async function apiListing(kubectl: Kubectl): Promise<Set<string>> {
  const kinds = (await kubectl(["api-resources", "--verbs=list", "-o", "name"])).split("\n");
  const wanted = kinds.filter((kind) => kind && !passing.test(kind)).join(",");
  const template =
    '{range .items[*]}{.metadata.namespace}{" "}{.kind}{" "}{.apiVersion}{" "}{.metadata.name}{"\\n"}{end}';
  const text = await kubectl(["get", wanted, "--all-namespaces", "--ignore-not-found", "-o", `jsonpath=${template}`]);
  return new Set(text.split("\n").filter(Boolean).map(readable));
}

function readable(line: string): string {
  const [namespace = "", kind = "", apiVersion = "", name = ""] = line.split(" ");
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return `${namespace} ${kind.toLowerCase()}${group}/${name}`;
}

/** What is there now and was not before: what stays by design, and what should not be there. */
export function leftBehind(before: Set<string>, after: Set<string>): { byDesign: string[]; faults: string[] } {
  const left = [...after].filter((line) => !before.has(line));
  const reasons = left.map((line) => staysByDesign.find(({ what }) => what.test(line))?.reason);
  return {
    byDesign: [...new Set(reasons.filter((reason) => reason !== undefined))],
    faults: left.filter((_, index) => reasons[index] === undefined).map((line) => line.trim()),
  };
}
