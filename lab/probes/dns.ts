import type { Who } from "../scenarios/stage.js";
import { lastLine } from "./connection.js";
import type { Probe } from "./probe.js";
import { applicationUser } from "./users.js";

/** A name of the cluster that always exists. */
const name = "kubernetes.default.svc.cluster.local";
/** dig's own patience, in seconds. */
const patience = 2;

/** A changed NetworkPolicy is in the kernel by then. */
const propagationMs = 5_000;

/** Asks DNS for a Service's address. */
export function resolves(query: {
  observation: string;
  title: string;
  from: Who;
  /** Another server than the pod's own. */
  server?: string;
  expect: "an address" | "no answer";
}): Probe {
  const { observation, title, from, server, expect } = query;
  return {
    observation,
    title,
    expected: expect,
    run: async (stage) => {
      const command = ["dig", "+short", `+time=${patience}`, "+tries=1", ...(server ? [`@${server}`] : []), name];
      const deadline = performance.now() + propagationMs;
      for (;;) {
        const result = await stage.exec(from, command, { user: applicationUser, timeoutMs: (patience + 1) * 1000 });
        const seen = /^\d+\.\d+\.\d+\.\d+$/m.test(result.stdout) ? "an address" : "no answer";
        if (seen === expect || performance.now() > deadline) {
          return { passed: seen === expect, seen, evidence: lastLine(result) };
        }
      }
    },
  };
}
