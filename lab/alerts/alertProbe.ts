import { setTimeout as sleep } from "node:timers/promises";
import type { AlertName } from "../../settings/alerts.js";
import { until } from "../host/labHost.js";
import type { Finding, Probe } from "../probes/probe.js";
import type { Stage } from "../scenarios/stage.js";
import { type FiringAlert, firing } from "./prometheus.js";

/** What is done, and which alerts it must make fire. */
export interface Fault {
  title: string;
  /** Alerts that must fire: the one it is for, and those whose condition it meets as well. */
  fires: readonly AlertName[];
  /** A label that the first of them must have. */
  label?: readonly [name: string, value: string | RegExp];
  strike: (stage: Stage) => Promise<void>;
  /** @default the next step does it */
  heal?: (stage: Stage) => Promise<void>;
}

/** A fault may take this long until its alert fires, scrape, window and waiting time included, and as long until it is silent. */
const patienceMs = 60_000;
/** After the alert fires it is seen whether another does. */
const aftermathMs = 3_000;
const pollMs = 500;

/** Before a fault and after it nothing fires; meanwhile its alerts fire and no others. */
export function alertFires(fault: Fault): Probe {
  const { title, fires, label } = fault;
  return {
    observation: "alert",
    title,
    expected: `${fires.join(" and ")}${label ? ` (${label[0]}: ${describe(label[1])})` : ""}, and no other`,
    run: async (stage) => {
      await quiet(stage);
      const seen = new Watch(stage, fires);
      try {
        await fault.strike(stage);
        await seen.until(fires);
        await seen.during(aftermathMs);
      } finally {
        await fault.heal?.(stage);
      }
      if (fault.heal) await seen.until([]);
      return seen.finding(label);
    },
  };
}

const describe = (value: string | RegExp): string => (typeof value === "string" ? value : value.source);

/** Waits until no alert fires. */
export async function quiet(stage: Stage): Promise<void> {
  await until("every alert to be silent", async () => (await firing(stage)).length === 0, {
    timeoutMs: patienceMs,
    intervalMs: pollMs,
  }).catch(async (error: Error) => {
    const still = (await firing(stage)).map(({ alertname }) => alertname);
    throw new Error(`${error.message} ${still.join(", ")} still fires.`);
  });
}

/** All alerts that fired while it watched. */
class Watch {
  private readonly seen = new Map<string, FiringAlert>();

  constructor(
    private readonly stage: Stage,
    private readonly expected: readonly AlertName[],
  ) {}

  /** Watches until exactly these fire, or time is up. With none: until all are silent. */
  async until(alerts: readonly AlertName[]): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const names = await this.look();
      if (alerts.length === 0 ? names.size === 0 : alerts.every((name) => names.has(name))) return;
      await sleep(pollMs);
    }
  }

  async during(ms: number): Promise<void> {
    const deadline = Date.now() + ms;
    while (Date.now() < deadline) {
      await this.look();
      await sleep(pollMs);
    }
  }

  private async look(): Promise<Set<string>> {
    const alerts = await firing(this.stage);
    for (const alert of alerts) this.seen.set(JSON.stringify(alert), alert);
    return new Set(alerts.map(({ alertname }) => alertname));
  }

  finding(label: Fault["label"]): Finding {
    const alerts = [...this.seen.values()];
    const names = [...new Set(alerts.map(({ alertname }) => alertname))].sort();
    const asExpected = names.join() === [...this.expected].sort().join();
    const labelled =
      label === undefined ||
      alerts.some((alert) => alert.alertname === this.expected[0] && new RegExp(label[1]).test(alert[label[0]] ?? ""));
    return {
      passed: asExpected && labelled,
      seen: names.length === 0 ? "no alert" : names.join(" and "),
      evidence: alerts.map((alert) => JSON.stringify(alert)).join("\n"),
    };
  }
}
