import type { Stage } from "../scenarios/stage.js";

/** What became of a connection, as its client saw it. */
export type Verdict =
  /** The right server answered. */
  | "answers"
  /** Nothing of the server arrived. */
  | "blocked"
  /** Bytes of the server arrived, but it was of no use. */
  | "handshake"
  /** Another server answered. */
  | "misrouted";

/** A connection that was tried: what the access analysis predicts, and what can be held against it. */
export interface Connection {
  readonly from: { readonly namespace: string; readonly workload: string; readonly serviceAccount: string };
  readonly to: { readonly host: string; readonly port: number };
  /** `bypass`: the process avoids its sidecar, or its pod has none. */
  readonly through: "sidecar" | "bypass";
  readonly seen: Verdict;
  /** The client sent nothing and only waited for what the server says by itself. */
  readonly waits?: "handshake";
}

/** What a probe found. */
export interface Finding {
  readonly passed: boolean;
  readonly seen: string;
  /** What shows it: a line of a log, or a client's message. */
  readonly evidence?: string;
  readonly connection?: Connection;
}

/** One observation of a scenario, and how it is made. */
export interface Probe {
  /** Letter of the observation in the scenario. */
  readonly observation: string;
  /** What is to be shown, as a sentence. */
  readonly title: string;
  readonly expected: string;
  run(stage: Stage): Promise<Finding>;
}

/** A probe as the report shows it. */
export interface ProbeResult extends Finding {
  readonly scenario: string;
  readonly step: string;
  readonly observation: string;
  readonly title: string;
  readonly expected: string;
  readonly seconds: number;
}

/** Most probes wait, for a time-out or for a log line; few compute. Two cores carry this many. */
const atOnce = 12;

/** Runs probes, several at once, and tells each result as it comes. A probe that throws has failed. */
export async function runProbes(
  probes: readonly Probe[],
  stage: Stage,
  tell: (probe: Probe, finding: Finding, seconds: number) => void,
): Promise<void> {
  const queue = [...probes];
  const worker = async (): Promise<void> => {
    for (let probe = queue.shift(); probe; probe = queue.shift()) {
      const began = performance.now();
      const finding = await probe.run(stage).catch(asFinding);
      tell(probe, finding, (performance.now() - began) / 1000);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** What an exception tells. */
export function asFinding(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  return { passed: false, seen: message.split("\n")[0] ?? "", evidence: message };
}
