import type { AnalysisOptions, KubernetesObject, ObjectIndex } from "../../model/model.js";
import { gatewaysOf, objectsOf } from "./gateways.js";
import { routesOf } from "./routes.js";

/** What Istio's controllers make of the Gateway API's objects, in the kinds that the rest of the analysis follows. */
export function generatedObjects(index: ObjectIndex, options: AnalysisOptions): KubernetesObject[] {
  const gateways = gatewaysOf(index);
  const domain = options.mesh?.clusterDomain ?? "cluster.local";
  return [...gateways.flatMap((gateway) => objectsOf(gateway, index)), ...routesOf(gateways, index, domain)];
}
