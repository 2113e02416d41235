import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { workloadHomes, workloadIdentity, type WorkloadSettings } from "../../settings/workloads.js";
import type { Manifest } from "../manifest.js";
import type { SecretValues } from "../secrets.js";
import { Bookinfo, bookinfoManifests } from "./bookinfo.js";
import { Bookstore, bookstoreManifests } from "./bookstore.js";
import { Boutique, boutiqueManifests } from "./boutique.js";
import { MysqlClient, mysqlClientManifests } from "./mysqlClient.js";
import { Retail, retailManifests } from "./retail.js";
import { Workload, workloadManifests } from "./workload.js";

/** What a scenario's or a user's workload is to the platform. */
export type WorkloadComponent = pulumi.ComponentResource & { readonly manifests: Manifest[] };

export { workloadIdentity };

/** Namespaces a workload puts pods into. */
export function workloadNamespaces(settings: WorkloadSettings): string[] {
  return Object.values(workloadHomes(settings));
}

/** What a workload's component will register. */
export function workloadSettingsManifests(settings: WorkloadSettings): Manifest[] {
  switch (settings.kind) {
    case "mysql-client":
      return mysqlClientManifests({ ...settings, workload: settings.name });
    case "bookinfo":
      return bookinfoManifests(settings);
    case "bookstore":
      return bookstoreManifests(settings);
    case "retail":
      return retailManifests(settings);
    case "boutique":
      return boutiqueManifests(settings);
    case "deployment":
      return workloadManifests({ ...settings, workload: settings.name });
  }
}

/** The component a workload's settings ask for. */
export function createWorkload(
  name: string,
  settings: WorkloadSettings,
  { secrets, meshProvider }: { secrets: SecretValues; meshProvider?: k8s.Provider },
  opts: pulumi.ComponentResourceOptions,
): WorkloadComponent {
  switch (settings.kind) {
    case "mysql-client":
      return new MysqlClient(name, { ...settings, workload: settings.name, secrets }, opts);
    case "bookinfo":
      return new Bookinfo(name, { ...settings, secrets, meshProvider }, opts);
    case "bookstore":
      return new Bookstore(name, settings, opts);
    case "retail":
      return new Retail(name, { ...settings, secrets }, opts);
    case "boutique":
      return new Boutique(name, settings, opts);
    case "deployment":
      return new Workload(name, { ...settings, workload: settings.name, secrets }, opts);
  }
}
