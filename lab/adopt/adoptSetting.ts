import type { Attempted } from "../mesh/sandbox.js";
import type { Setting } from "../mesh/workbench.js";
import { addresses } from "../host/labHost.js";
import { machineAddresses } from "../outside/outside.js";
import { gatewayPods } from "../recipes/gateway.js";
import { allowing, bare, batch, client, rds, reports } from "../recipes/points.js";
import { fixtures, gatewayManifests, meshConfig, recipe } from "../recipes/recipeContext.js";

export { client } from "../recipes/points.js";

/** Accounts that the recipe leads through its gateway. */
export const clients = ["demo-server/k8s-mysql", "demo-server/reports"];

/** How long a sidecar keeps connections whose route is gone; the default of 45 s would only make the scenario longer. */
export const drainSeconds = 2;

/** The document's cluster: its gateway, its clients, and pods that it never names. */
export const setting: Setting = {
  name: "adopt",
  meshConfig: { ...meshConfig, defaultConfig: { drainDuration: `${drainSeconds}s` } },
  machines: ["rds"],
  fixtures: fixtures.filter(({ name }) => ["demo-server", "demo-other", "bare"].includes(name)),
  standing: gatewayManifests,
  gateway: gatewayPods,
  options: {
    databases: [{ host: rds.host, port: rds.port, protocol: "mysql", addresses: [machineAddresses.rds] }],
    clientAddresses: [addresses.pods],
    policyEngine: "calico",
  },
};

/** What is applied in it. */
export const applied = [...gatewayManifests, ...allowing(recipe("rds"))];

/** Every workload to the database, through its sidecar and past it. */
export const attempts: readonly Attempted[] = [client, reports, batch, bare].flatMap((who) =>
  (["sidecar", "bypass"] as const).map((through) => ({ who, through, server: rds })),
);
