import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../host/labHost.js";
import type { Probe } from "../probes/probe.js";
import { istiodPods, type Stage } from "../scenarios/stage.js";
import { QueryStream } from "./queryStream.js";
import { answers, client, clientDeployment, databaseHost, shopNamespace } from "./faultsSetting.js";
import { answersOf, outagesOf, summaryOf } from "./streamReport.js";

const observation = "istiod";
/** How long the stream is watched without istiod. */
const withoutMs = 4_000;
/** The replica set tries again at growing intervals; a new pod's proxy then takes seconds to start. */
const recoveryLimitSeconds = 60;

/** Takes istiod away and waits until it has gone. */
export async function stopIstiod(stage: Stage): Promise<void> {
  await scale(stage, 0);
  await stage.agent.waitReady(istiodPods.namespace, istiodPods.labels, { replicas: 0 });
}

/** What holds while there is no istiod. */
export const withoutIstiod: readonly Probe[] = [
  {
    observation,
    title: "connections that were open go on without istiod",
    expected: "no failure",
    run: async (stage) => {
      const stream = await QueryStream.start(stage, client, databaseHost);
      await sleep(withoutMs);
      const events = await stream.stop();
      const outages = outagesOf(events);
      return { passed: outages.length === 0, seen: `${answersOf(events).length} answers, ${summaryOf(outages)}` };
    },
  },
  answers(observation, "a new connection through known proxies is answered"),
  {
    observation,
    title: "a new pod is not let in without its sidecar",
    expected: "the API server refuses it, for the webhook does not answer",
    run: async (stage) => {
      const known = stage.agent.podsOf(client.namespace, client.labels).length;
      await scaleClient(stage, known + 1);
      const refusal = await until("a refusal", () => refusalOf(stage), { timeoutMs: 30_000, intervalMs: 500 });
      const pods = stage.agent.podsOf(client.namespace, client.labels).length;
      return { passed: pods === known, seen: "refused: the injection webhook cannot be called", evidence: refusal };
    },
  },
  {
    observation,
    title: "a policy cannot be changed unseen",
    expected: "the API server refuses it, for the validation does not answer",
    run: async (stage) => {
      const policy = {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: { name: "unseen", namespace: shopNamespace },
        spec: {},
      };
      const said = await stage.kubectl(["apply", "--dry-run=server", "-f", "-"], policy).catch((error: Error) => error);
      const text = said instanceof Error ? said.message : said;
      const passed = said instanceof Error && text.includes("failed calling webhook");
      return { passed, seen: passed ? "refused: the validation webhook cannot be called" : text, evidence: text };
    },
  },
];

/** istiod comes back, and with it the pod that was refused. */
export const istiodBack: Probe = {
  observation,
  title: "with istiod back, the refused pod comes with its sidecar and is answered",
  expected: `within ${recoveryLimitSeconds} s`,
  run: async (stage) => {
    const known = stage.pod(client).metadata?.name;
    const began = Date.now();
    await scale(stage, 1);
    // Its autoscaler soon wants more than one; whatever the number, it is back when they are available.
    const wait = ["--timeout", `${recoveryLimitSeconds}s`];
    await stage.kubectl(["rollout", "status", "-n", istiodPods.namespace, "deployment/istiod", ...wait]);
    const istiodSeconds = (Date.now() - began) / 1000;
    const limits = { replicas: 2, timeoutMs: recoveryLimitSeconds * 1000 };
    const pods = await stage.agent.waitReady(client.namespace, client.labels, limits);
    const newest = pods.find(({ metadata }) => metadata?.name !== known);
    const seconds = (Date.now() - began) / 1000;
    const login = 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD exec mariadb --no-defaults -h "$0" -u root --skip-ssl';
    const command = ["sh", "-c", `${login} -NBe "SELECT name FROM lab.identity"`, databaseHost];
    const { stdout, stderr } = await stage.agent.exec(newest?.metadata ?? {}, "mysql", command);
    await scaleClient(stage, 1);
    await stage.agent.waitReady(client.namespace, client.labels);
    const passed = stdout.trim() === "rds";
    const seen = `istiod ready after ${istiodSeconds.toFixed(1)} s, the pod after ${seconds.toFixed(1)} s`;
    return { passed, seen, evidence: `${newest?.metadata?.name}: ${(stdout || stderr).trim()}` };
  },
};

async function scale(stage: Stage, replicas: number): Promise<void> {
  await stage.kubectl(["scale", "-n", istiodPods.namespace, "deployment/istiod", `--replicas=${replicas}`]);
}

async function scaleClient(stage: Stage, replicas: number): Promise<void> {
  await stage.kubectl(["scale", "-n", client.namespace, `deployment/${clientDeployment}`, `--replicas=${replicas}`]);
}

/** What the replica set was told when it asked for the pod. */
async function refusalOf(stage: Stage): Promise<string | undefined> {
  const fields = "reason=FailedCreate";
  const template = "jsonpath={range .items[*]}{.message}{'\\n'}{end}";
  const text = await stage.kubectl([
    "get",
    "events",
    "-n",
    client.namespace,
    "--field-selector",
    fields,
    "-o",
    template,
  ]);
  return text.split("\n").find((line) => line.includes("webhook"));
}
