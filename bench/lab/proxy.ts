import type { V1Pod } from "@kubernetes/client-node";
import type { Stage } from "../../lab/scenarios/stage.js";
import type { ObservedProcess } from "./processes.js";
import { processOfPod } from "./processes.js";

const admin = "http://127.0.0.1:15000";
/** A gateway with a thousand databases dumps up to a gigabyte, and only between two updates. */
const patienceMs = 180_000;

/** The size of a proxy's configuration, and what it takes to hold it. */
export interface ProxySize {
  configKiB: number;
  clusters: number;
  listeners: number;
  /** Of Envoy and of the agent that hands it its configuration: they share a container, and its limit. */
  memoryMiB: number;
}

/** The proxy in a pod, sidecar or gateway. */
export class Proxy {
  private readonly envoy: ObservedProcess;
  private readonly agent: ObservedProcess;

  constructor(
    private readonly stage: Stage,
    private readonly pod: V1Pod,
  ) {
    const uid = pod.metadata?.uid ?? "";
    this.envoy = processOfPod(uid, "envoy");
    this.agent = processOfPod(uid, "pilot-agent");
  }

  get pid(): number {
    return this.envoy.pid;
  }

  cpuSeconds(): number {
    return this.envoy.cpuSecondsOfThreads();
  }

  /** Memory of both at their most, which need not have been at one time. */
  peakMiB(): number {
    return this.envoy.peakMiB() + this.agent.peakMiB();
  }

  async size(): Promise<ProxySize> {
    const [bytes, stats] = [
      await this.ask("/config_dump", ["-o", "/dev/null", "-w", "%{size_download}"]),
      await this.stats(),
    ];
    return {
      configKiB: Number(bytes) / 1024,
      clusters: stats.get("cluster_manager.active_clusters") ?? NaN,
      listeners: stats.get("listener_manager.total_listeners_active") ?? NaN,
      memoryMiB: this.envoy.residentMiB() + this.agent.residentMiB(),
    };
  }

  /** How many updates of its configuration it has taken over. */
  async updates(): Promise<number> {
    const stats = await this.stats();
    return [...stats].reduce((sum, [name, value]) => (/[clr]ds\.update_success$/.test(name) ? sum + value : sum), 0);
  }

  private async stats(): Promise<Map<string, number>> {
    const text = await this.ask("/stats?usedonly&filter=cluster_manager|listener_manager|rds");
    const lines = text.split("\n").map((line) => line.split(": "));
    return new Map(lines.map(([name = "", value]) => [name, Number(value)]));
  }

  private async ask(path: string, options: string[] = []): Promise<string> {
    const command = ["curl", "-sS", ...options, `${admin}${path}`];
    const { exitCode, stdout, stderr } = await this.stage.agent.exec(this.pod.metadata ?? {}, "netns", command, {
      timeoutMs: patienceMs,
    });
    if (exitCode !== 0) throw new Error(`The proxy of ${this.pod.metadata?.name} does not answer ${path}: ${stderr}`);
    return stdout;
  }
}
