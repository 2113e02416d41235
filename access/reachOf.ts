import { analyse } from "./analyse.js";
import { objectsOf, type ProgramObjects, type ProgramResource } from "./input/programResources.js";
import type { Analysis, AnalysisOptions } from "./model/model.js";

/** Who reaches what by the Kubernetes resources of a Pulumi program, and what of them could not be read. */
export interface ProgramReach {
  analysis: Analysis;
  /** Resources whose objects are not known in a preview, such as charts: nothing is said of what they change. */
  unread: ProgramObjects["unread"];
}

/**
 * Judges the resources of any Pulumi program: those that a policy pack sees, or that a test has recorded.
 *
 * @param resources Type, name and inputs of each; what is not of Kubernetes is left out.
 * @param options What manifests do not say. @default Istio's own defaults
 */
export function reachOf(resources: Iterable<ProgramResource>, options: AnalysisOptions = {}): ProgramReach {
  const { objects, unread } = objectsOf(resources);
  return { analysis: analyse(objects, options), unread };
}
