/**
 * What managed Cloud Service Mesh reads of Istio's configuration, with the control plane that every new fleet gets.
 *
 * ConfigMap: https://docs.cloud.google.com/service-mesh/docs/enable-optional-features-managed. Annotations:
 * https://docs.cloud.google.com/service-mesh/v1.29/docs/onboarding/unsupported-istio-apis.
 */

/** The one ConfigMap it reads mesh options from, whatever the channel. */
export const managedConfigMap = "istio-asm-managed-rapid";

/** ConfigMaps by which a cluster shows that its mesh is the managed one: a cluster has one for each channel. */
export const managedConfigMaps = /^istio-asm-managed(-rapid|-stable)?$/;

/** The documentation's list: "All other annotations not in this list are unsupported." */
const listed = [
  /^inject\.istio\.io\/templates$/,
  /^istio\.io\/(rev|dry-run)$/,
  /^proxy\.istio\.io\/config$/,
  /^sidecar\.istio\.io\/(inject|interceptionMode|logLevel|agentLogLevel|proxyImageType|status|proxy(CPU|Memory)(Limit)?)$/,
  /^status\.sidecar\.istio\.io\/port$/,
  // Those that keep ports and ranges from the sidecar: taken at their word, because that is the more open answer.
  /^traffic\.sidecar\.istio\.io\//,
];

const istioAnnotation = /^([\w.-]+\.)?istio\.io\//;

/** Whether the managed mesh reads an annotation. One that is not Istio's concerns it in no way. */
export function isHonoured(annotation: string): boolean {
  return !istioAnnotation.test(annotation) || listed.some((each) => each.test(annotation));
}
