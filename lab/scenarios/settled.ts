import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../host/labHost.js";
import { istiodPods, type Stage } from "./stage.js";

/** istiod waits this long for further changes before it sends, so that many make one update. */
const debounceMs = 400;
const usualPatienceMs = 15_000;

interface ProxyState {
  proxy?: string;
  [field: string]: unknown;
}

/**
 * Waits until every proxy has confirmed what istiod last sent it.
 * @param options.quietMs how long istiod may take until it sends what has changed
 * @param options.patienceMs how long proxies may take for it
 */
export async function settled(
  stage: Stage,
  { quietMs = debounceMs, patienceMs = usualPatienceMs }: { quietMs?: number; patienceMs?: number } = {},
): Promise<void> {
  await sleep(quietMs);
  await until("every proxy to have the configuration", () => allConfirmed(stage), {
    timeoutMs: patienceMs,
    intervalMs: 50,
  }).catch(() => undefined); // the probes will say what is wrong
}

async function allConfirmed(stage: Stage): Promise<boolean> {
  const answers = await Promise.all(
    stage.agent.podsOf(istiodPods.namespace, istiodPods.labels).map(async (pod) => {
      const command = ["curl", "-sS", "--max-time", "2", "http://127.0.0.1:15014/debug/syncz"];
      const { stdout } = await stage.agent.exec(pod.metadata ?? {}, "netns", command, { timeoutMs: 3_000 });
      return JSON.parse(stdout) as ProxyState[];
    }),
  );
  return answers.flat().every(confirmed);
}

function confirmed(proxy: ProxyState): boolean {
  return ["cluster", "listener", "route", "endpoint"].every(
    (kind) => proxy[`${kind}_sent`] === undefined || proxy[`${kind}_sent`] === proxy[`${kind}_acked`],
  );
}
