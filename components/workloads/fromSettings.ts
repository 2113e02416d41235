import { workloadHomes, workloadIdentity, type WorkloadSettings } from "../../settings/workloads.js";
import type { Manifest } from "../manifest.js";
import { bookinfoManifests } from "./bookinfo.js";
import { bookstoreManifests } from "./bookstore.js";
import { boutiqueManifests } from "./boutique.js";
import { mysqlClientManifests } from "./mysqlClient.js";
import { retailManifests } from "./retail.js";
import { workloadManifests } from "./workload.js";

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

const components = {
  "mysql-client": "MysqlClient",
  bookinfo: "Bookinfo",
  bookstore: "Bookstore",
  retail: "Retail",
  boutique: "Boutique",
  deployment: "Workload",
} as const;

/** The component a workload's settings ask for. */
export function workloadComponent({ kind }: WorkloadSettings): string {
  return components[kind];
}
