import type { DeploymentSettings, WorkloadSettings } from "../../settings/workloads.js";
import { writtenObjects } from "../../settings/workloads.js";
import type { Manifest } from "../manifest.js";
import { workloadManifests } from "./workload.js";

/** What a `deployment` of the settings becomes. */
export function deploymentManifests(settings: DeploymentSettings): Manifest[] {
  return workloadManifests({ ...settings, workload: settings.name });
}

/**
 * Objects of the manifest files by namespace. The files they are in play no part, so that moving an object from one file
 * to another changes no resource.
 */
export function manifestsByNamespace(workloads: readonly WorkloadSettings[]): Map<string, Manifest[]> {
  const byNamespace = new Map<string, Manifest[]>();
  for (const { object } of writtenObjects(workloads)) {
    const { namespace = "" } = object.metadata;
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), object]);
  }
  return byNamespace;
}
