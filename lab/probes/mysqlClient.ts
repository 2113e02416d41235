import { setTimeout as sleep } from "node:timers/promises";
import type { Stage, Who } from "../scenarios/stage.js";
import { lastLine } from "./connection.js";
import type { Finding, Probe, Verdict } from "./probe.js";

/** The pod has its proxy, and it was the webhook that put it there. */
export function sidecarInjected({ observation, who }: { observation: string; who: Who }): Probe {
  return {
    observation,
    title: "the pod has a sidecar, put there by the injection webhook",
    expected: "istio-proxy in the pod, and not in its Deployment",
    run: async (stage) => {
      const { metadata, spec } = stage.pod(who);
      const inPod = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(
        ({ name }) => name === "istio-proxy",
      );
      const { workload } = stage.identity(who);
      const written = await stage.kubectl(["get", "deployment", "-n", who.namespace, workload, "-o", "yaml"]);
      const passed = inPod && !written.includes("istio-proxy");
      const evidence = metadata?.annotations?.["sidecar.istio.io/status"] ?? "";
      return { passed, seen: inPod ? "istio-proxy in the pod" : "no proxy", evidence };
    },
  };
}

interface Query {
  observation: string;
  title: string;
  who: Who;
  host: string;
  /** What the client is to print. */
  expected: RegExp;
  expectedText: string;
  expect: Verdict;
}

/** A change of policy reaches a proxy within this time. */
const propagationMs = 20_000;

/** The scenario's own client: `mysql` in its own container, with the password its Secret gives it. */
export function query(probe: Query): Probe {
  return {
    observation: probe.observation,
    title: probe.title,
    expected: probe.expectedText,
    run: async (stage) => {
      const deadline = performance.now() + propagationMs;
      for (;;) {
        const finding = await queryOnce(probe, stage);
        if (finding.passed || performance.now() > deadline) return finding;
        await sleep(300);
      }
    },
  };
}

async function queryOnce({ who, host, expected, expect }: Query, stage: Stage): Promise<Finding> {
  const client =
    'MYSQL_PWD=$MYSQL_ROOT_PASSWORD exec mariadb --no-defaults -h "$0" -u root --skip-ssl --connect-timeout=5';
  const script = `${client} -NBe "SELECT name FROM lab.identity"`;
  const pod = stage.pod(who).metadata ?? {};
  const result = await stage.agent.exec(pod, "mysql", ["sh", "-c", script, host], { timeoutMs: 10_000 });
  const { workload, namespace, serviceAccount } = stage.identity(who);
  const passed = expected.test(`${result.stdout}${result.stderr}`);
  const seen: Verdict = result.exitCode === 0 ? "answers" : "blocked";
  return {
    passed,
    seen: lastLine(result),
    evidence: lastLine(result),
    connection: {
      from: { namespace, workload, serviceAccount },
      to: { host, port: 3306 },
      through: "sidecar",
      seen: passed ? expect : seen,
    },
  };
}
