import { database } from "./stackFiles.js";

type Own = Record<string, unknown>;

const cluster = { cloud: "existing" };

/** The stack that owns mesh and gateway, and brings no database. */
export const platform = { cluster, mesh: { kind: "istio" }, gateway: { install: true, callersPolicy: "shared" } };

/** A team's stack on the platform's gateway: one namespace of the team's name, and a workload for each database. */
export function team(tenant: string, databases: Own[] = [database("orders", tenant)], own: Own = {}) {
  return {
    cluster,
    mesh: { kind: "istio", install: false },
    gateway: { install: false, tenant, callersPolicy: "shared" },
    namespaces: [{ name: tenant }],
    databases,
    workloads: databases.map(({ name }) => workload(tenant, String(name))),
    ...own,
  };
}

export function workload(namespace: string, name: string) {
  return { kind: "deployment", name, namespace, image: "alpine:3.22" };
}
