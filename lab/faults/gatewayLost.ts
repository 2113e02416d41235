import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { Finding, Probe } from "../probes/probe.js";
import { gatewayPods, type Stage } from "../scenarios/stage.js";
import { QueryStream } from "./queryStream.js";
import { carrierOf, client, databaseHost, gatewayDeployment, gatewayWhole } from "./faultsSetting.js";
import { isHealed, outagesOf, summaryOf } from "./streamReport.js";
import { applicationUser } from "../probes/users.js";

/** What an application's pool waits for a connection before it gives up is some ten times this. */
const crashLimitSeconds = 3;
/** A pod that has vanished is noticed by time-outs: the client's own, and the proxy's for a connection. */
const vanishedLimitSeconds = 15;
/** How many connections are made after a pod has vanished, and how many of them may be sent to it. */
const [nextConnections, lostConnectionsLimit] = [8, 1];
/** What follows a loss at once, such as further failures, shows within this time. */
const aftermathMs = 3_000;
/** A query that is running when its gateway is asked to go; longer than Istio's own 5 s of draining. */
const longQuerySeconds = 7;

/** A gateway pod's programs are killed while a query stream goes through it. */
export const gatewayCrash: Probe = {
  observation: "gateway",
  title: "a gateway pod crashes in a query stream, with two replicas",
  expected: `the client's next query is answered within ${crashLimitSeconds} s, on a new connection`,
  run: (stage) =>
    duringStream(stage, crashLimitSeconds, async (stream) => {
      stage.agent.kill((await carrierOf(stage, stream)).metadata ?? {});
    }),
};

/** A gateway pod's network is cut, as when its node dies: nothing answers, not even with a refusal. */
export const gatewayVanishes: Probe = {
  observation: "gateway",
  title: "a gateway pod vanishes without a word in a query stream, as with its node",
  expected: `the client is answered again within ${vanishedLimitSeconds} s, and ${lostConnectionsLimit} of the next ${nextConnections} connections fail at most`,
  run: async (stage) => {
    let cut: V1Pod | undefined;
    let lost = 0;
    try {
      const finding = await duringStream(stage, vanishedLimitSeconds, async (stream) => {
        cut = await carrierOf(stage, stream);
        await cutOff(stage, cut);
        lost = await failuresOf(stage, nextConnections);
      });
      const passed = finding.passed && lost <= lostConnectionsLimit;
      return { ...finding, passed, seen: `${finding.seen}; ${lost} of ${nextConnections} new connections failed` };
    } finally {
      if (cut) await rejoin(stage, cut);
    }
  },
};

/** Connects several times, one after the other, and counts the failures. */
async function failuresOf(stage: Stage, connections: number): Promise<number> {
  let failures = 0;
  for (let made = 0; made < connections; made++) {
    const { exitCode } = await queryOnce(stage, "SELECT 1", 3_000);
    if (exitCode !== 0) failures++;
  }
  return failures;
}

/** Every gateway pod is replaced by a rollout. */
export const gatewayRollout: Probe = {
  observation: "gateway",
  title: "the gateway is rolled out anew in a query stream",
  expected: `at most one failure for each replaced pod, each healed within ${crashLimitSeconds} s`,
  run: (stage) =>
    duringStream(stage, crashLimitSeconds, async () => {
      const of = ["-n", gatewayPods.namespace, `deployment/${gatewayDeployment}`];
      await stage.kubectl(["rollout", "restart", ...of]);
      await stage.kubectl(["rollout", "status", ...of, "--timeout=120s"]);
      await gatewayWhole(stage);
    }),
};

/** Queries that are running when their gateway is asked to go are answered. */
export const longQueries: Probe = {
  observation: "gateway",
  title: `queries of ${longQuerySeconds} s are running when a gateway pod is deleted`,
  expected: "every one is answered",
  run: async (stage) => {
    const began = Date.now();
    const patienceMs = (longQuerySeconds + 10) * 1000;
    const statement = `SELECT SLEEP(${longQuerySeconds}), name FROM lab.identity`;
    const queries = Array.from({ length: 6 }, () => queryOnce(stage, statement, patienceMs));
    await sleep(1_000);
    const [goner] = stage.gatewayPods();
    await stage.kubectl(["delete", "pod", "-n", gatewayPods.namespace, goner?.metadata?.name ?? "", "--wait=false"]);
    const results = await Promise.all(queries);
    const failed = results.filter(({ exitCode }) => exitCode !== 0);
    await gatewayWhole(stage);
    const seen = `${results.length - failed.length} of ${results.length} answered`;
    const evidence = failed[0]?.stderr.trim() ?? `${((Date.now() - began) / 1000).toFixed(1)} s in all`;
    return { passed: failed.length === 0, seen, evidence };
  },
};

/** One query on a connection of its own. */
function queryOnce(stage: Stage, statement: string, timeoutMs: number) {
  const login = ["-h", databaseHost, "-u", "root", "--skip-ssl", "--connect-timeout=3"];
  return stage.exec(client, ["mariadb", "--no-defaults", ...login, "-NBe", statement], {
    user: applicationUser,
    timeoutMs,
    environment: { MYSQL_PWD: stage.outside.password },
  });
}

/** Lets a fault strike a query stream, and holds the times without an answer against the limit. */
async function duringStream(
  stage: Stage,
  limitSeconds: number,
  strike: (stream: QueryStream) => Promise<void>,
): Promise<Finding> {
  await gatewayWhole(stage);
  const stream = await QueryStream.start(stage, client, databaseHost);
  const before = await stream.latest();
  await strike(stream);
  const patienceMs = limitSeconds * 1000 + 5_000;
  await stream.answered(({ connection }) => connection !== before.connection, patienceMs).catch(() => undefined);
  await sleep(aftermathMs);
  const outages = outagesOf(await stream.stop());
  const passed = outages.length > 0 && outages.every((outage) => isHealed(outage, limitSeconds));
  return { passed, seen: summaryOf(outages), evidence: outages.flatMap(({ failures }) => failures).join("; ") };
}

/** Drops all that comes into a pod or goes out of it. */
const silence = `table inet cut_off {
  chain incoming { type filter hook input priority -300; policy drop; }
  chain outgoing { type filter hook output priority -300; policy drop; }
}
`;

async function cutOff(stage: Stage, pod: V1Pod): Promise<void> {
  await nft(stage, pod, silence);
}

async function rejoin(stage: Stage, pod: V1Pod): Promise<void> {
  await nft(stage, pod, "delete table inet cut_off\n");
}

async function nft(stage: Stage, { metadata }: V1Pod, stdin: string): Promise<void> {
  const { exitCode, stderr } = await stage.agent.exec(metadata ?? {}, "netns", ["nft", "-f", "-"], { stdin });
  if (exitCode !== 0) throw new Error(`nft: ${stderr}`);
}
