import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadSettings } from "../../settings/workloads.js";
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

/** Tells a workload from every other of the stack, whatever its place in the list. */
export function workloadIdentity(settings: WorkloadSettings): string {
  switch (settings.kind) {
    case "mysql-client":
    case "deployment":
      return `${settings.namespace}-${settings.name}`;
    case "retail":
      return `${settings.namespaces.catalog}-retail`;
    default:
      return `${settings.namespace}-${settings.kind}`;
  }
}

/** Namespaces a workload puts pods into. */
export function workloadNamespaces(settings: WorkloadSettings): string[] {
  return settings.kind === "retail" ? Object.values(settings.namespaces) : [settings.namespace];
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
