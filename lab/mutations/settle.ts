import { setTimeout as sleep } from "node:timers/promises";
import { istiodPods, type Stage } from "../scenarios/stage.js";

type ProxyState = Record<string, unknown>;

/** istiod here waits 10 ms for further changes; watching, building and sending take the rest. */
const pushMs = 200;
const patienceMs = 5_000;

/** Waits until a change has been sent, and every proxy has confirmed what it was sent. */
export async function untilProxiesAgree(stage: Stage): Promise<void> {
  await sleep(pushMs);
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (await allConfirmed(stage)) return;
    await sleep(50);
  }
}

async function allConfirmed(stage: Stage): Promise<boolean> {
  const [pod] = stage.agent.podsOf(istiodPods.namespace, istiodPods.labels);
  const command = ["curl", "-sS", "--max-time", "2", "http://127.0.0.1:15014/debug/syncz"];
  const { stdout } = await stage.agent.exec(pod?.metadata ?? {}, "netns", command, { timeoutMs: 3_000 });
  return (JSON.parse(stdout) as ProxyState[]).every((proxy) =>
    ["cluster", "listener", "route", "endpoint"].every((kind) => proxy[`${kind}_sent`] === proxy[`${kind}_acked`]),
  );
}
