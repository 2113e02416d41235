import { connection } from "../probes/connection.js";
import type { Probe } from "../probes/probe.js";
import type { Config, Scenario, Step } from "../scenarios/scenario.js";
import type { Stage } from "../scenarios/stage.js";
import { renewed } from "./certificates.js";
import { ObservedStream } from "./observedStream.js";
import { servedBy } from "./served.js";
import { buyer, clerk, host, laterAlone, next, old, type Served, sideBySide, start } from "./upgradeSetting.js";

/** As after a rolling restart without an upgrade. */
const restartLimitSeconds = 3;

const onOld: Served = { gateway: old, shop: old, billing: old };
const onNext: Served = { gateway: next, shop: next, billing: next };

const answered = [buyer, clerk].map((from) =>
  connection({
    observation: "d",
    title: `the client in ${from.namespace}, on a new connection`,
    from,
    protocol: "mysql",
    to: { host, port: 3306 },
    expect: "answers",
  }),
);

/** A step during which a query stream goes through the gateway. */
function step(
  title: string,
  config: (config: Config) => Config,
  served: Served,
  gateway: "stays" | "restarts",
  further: readonly Probe[] = [],
): Step {
  const stream = new ObservedStream();
  const during: Probe =
    gateway === "stays"
      ? {
          observation: "a",
          title: "a query stream through the gateway meanwhile",
          expected: "no failure, on one connection",
          run: async () => stream.untouched(),
        }
      : {
          observation: "a",
          title: "a query stream through the gateway meanwhile",
          expected: `at most one failure for each gateway pod that restarts, each healed within ${restartLimitSeconds} s`,
          run: async () => stream.restarted(restartLimitSeconds),
        };
  return { title, config, up: stream.up, probes: [during, servedBy(served), renewed, ...answered, ...further] };
}

/** The client's own pod restarts, and its queries with it. */
function clientMoves(title: string, config: (config: Config) => Config, served: Served): Step {
  return { title, config, probes: [servedBy(served), renewed, ...answered] };
}

const unchanged = (config: Config): Config => config;
const gatewayMoved = { ...onOld, gateway: next };
const billingMoved = { ...gatewayMoved, billing: next };

/** The address that the mesh gave the database, by which open connections and sidecars know it. */
let addressAtFirst = "";
async function databaseAddress(stage: Stage): Promise<string> {
  const field = "jsonpath={.items[*].status.addresses[*].value}";
  return stage.kubectl(["get", "serviceentries", "-n", "istio-egress", "-o", field]);
}

const sameAddress: Probe = {
  observation: "e",
  title: "the address that the mesh gave the database before all of it",
  expected: "the same",
  run: async (stage) => {
    const address = await databaseAddress(stage);
    return { passed: address !== "" && address === addressAtFirst, seen: `${addressAtFirst}, now ${address}` };
  },
};

/** Two control planes side by side, and the way back. */
export const upgradeScenario: Scenario = {
  name: "upgrade",
  title: "An upgrade of Istio from one revision to another while a client queries its database, and the way back",
  config: () => start,
  secrets: async () => ({}),
  machines: ["rds"],
  fixtures: [],
  steps: [
    {
      title: "one control plane, installed without a revision",
      act: async (stage) => void (addressAtFirst = await databaseAddress(stage)),
      probes: [servedBy(onOld), ...answered],
    },
    step("a later revision is put beside it, and billing is labelled with a tag", sideBySide(onOld), onOld, "stays"),
    step("the gateway moves", sideBySide(gatewayMoved), gatewayMoved, "restarts"),
    step("billing moves, by its tag", sideBySide(billingMoved), billingMoved, "stays"),
    clientMoves("the default moves, and shop with it", sideBySide(onNext), onNext),
    step("the old control plane is taken out", laterAlone, onNext, "stays"),
    step("the old control plane is put beside the later one again", sideBySide(onNext), onNext, "stays"),
    step("the gateway moves back", sideBySide({ ...onNext, gateway: old }), { ...onNext, gateway: old }, "restarts"),
    clientMoves("both clients' namespaces move back", sideBySide(onOld), onOld),
    step("the later control plane is taken out", unchanged, onOld, "stays", [sameAddress]),
  ],
  change: {
    title: "a further client of the database",
    config: (config) => ({
      ...config,
      databases: [
        {
          name: "rds",
          host,
          protocol: "mysql",
          clients: [
            { namespace: buyer.namespace, serviceAccounts: ["buyer", "reports"] },
            { namespace: clerk.namespace, serviceAccounts: ["clerk"] },
          ],
        },
      ],
    }),
    expect: [/^update Gateway .*rds/, /^update EnvoyFilter .*rds/],
  },
};
