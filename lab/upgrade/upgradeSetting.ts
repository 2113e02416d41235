import { istioVersion } from "../../settings/mesh.js";
import { laterChartVersion } from "../servers/pins.js";
import type { Config } from "../scenarios/scenario.js";
import { gatewayPods, type Who } from "../scenarios/stage.js";

/** Queries all the time, and moves last. */
export const buyer: Who = { namespace: "shop", labels: { app: "buyer" } };
/** Of the namespace that a revision tag moves. */
export const clerk: Who = { namespace: "billing", labels: { app: "clerk" } };
export const host = "rm-example.mysql.rds.aliyuncs.com";

/** Istio's name for the control plane that was installed without one. */
export const old = "default";
export const next = "next";

/** Whose pods get the proxy of which revision. */
export interface Served {
  readonly gateway: string;
  readonly shop: string;
  readonly billing: string;
}

export const podsOf: Readonly<Record<keyof Served, Who>> = { gateway: gatewayPods, shop: buyer, billing: clerk };

export const start: Config = {
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  namespaces: [{ name: buyer.namespace }, { name: clerk.namespace }],
  databases: [
    {
      name: "rds",
      host,
      protocol: "mysql",
      clients: [
        { namespace: buyer.namespace, serviceAccounts: ["buyer"] },
        { namespace: clerk.namespace, serviceAccounts: ["clerk"] },
      ],
    },
  ],
  workloads: [buyer, clerk].map(({ namespace }) => ({
    kind: "manifests",
    folder: `lab/upgrade/workloads/${namespace}`,
    namespace,
  })),
};

const revisions = [{ name: old, version: istioVersion }, { name: next }];
const meshOf = ({ mesh }: Config): object => ({ ...(mesh as object), version: laterChartVersion });

/** Both control planes side by side; the namespace billing names a tag. */
export function sideBySide({ gateway, shop, billing }: Served): (config: Config) => Config {
  return (config) => ({
    ...config,
    mesh: { ...meshOf(config), revisions, tags: { stable: billing }, defaultRevision: shop },
    gateway: { revision: gateway },
    namespaces: [{ name: buyer.namespace }, { name: clerk.namespace, revision: "stable" }],
  });
}

/** The later control plane alone. */
export function laterAlone(config: Config): Config {
  return {
    ...config,
    mesh: { ...meshOf(config), revisions: [{ name: next }], tags: { stable: next } },
    namespaces: [{ name: buyer.namespace }, { name: clerk.namespace, revision: "stable" }],
  };
}
