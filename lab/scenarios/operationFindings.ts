import type { OperationResult } from "../engine/events.js";
import type { Finding } from "../probes/probe.js";
import { leftBehind } from "./apiListing.js";

/** What the engine's operations come to, and what they leave. */

export function deployed({ changes, seconds }: OperationResult): Finding {
  return { passed: true, seen: `${changes.length} changes in ${seconds.toFixed(1)} s` };
}

export function deleted({ changes, seconds }: OperationResult): Finding {
  return { passed: true, seen: `${changes.length} deleted in ${seconds.toFixed(1)} s` };
}

export function noChange(result: OperationResult): Finding {
  const changes = describe(result);
  const seconds = `${result.seconds.toFixed(1)} s`;
  if (changes.length === 0) return { passed: true, seen: `no change, ${seconds}` };
  const evidence = result.changes.map(({ op, name, paths }) => `${op} ${name} ${Object.keys(paths).join(" ")}`);
  return { passed: false, seen: changes.join(", "), evidence: evidence.join("\n") };
}

/** Every change is expected, and every expected one occurs. */
export function onlyExpected(result: Pick<OperationResult, "changes">, expect: readonly RegExp[]): Finding {
  const changes = describe(result);
  const unexpected = changes.filter((change) => !expect.some((pattern) => pattern.test(change)));
  const missing = expect.filter((pattern) => !changes.some((change) => pattern.test(change)));
  const seen = changes.join(", ") || "no change";
  return { passed: unexpected.length === 0 && missing.length === 0, seen };
}

/** Nothing that was not there before, but for what stays by design. */
export function remains(before: Set<string>, after: Set<string>): Finding {
  const { byDesign, faults } = leftBehind(before, after);
  const kept = byDesign.length > 0 ? `; kept by design: ${byDesign.join("; ")}` : "";
  return { passed: faults.length === 0, seen: `${faults.length === 0 ? "nothing" : faults.join(", ")}${kept}` };
}

function describe({ changes }: Pick<OperationResult, "changes">): string[] {
  return changes.map(({ op, type, name }) => `${op} ${type.slice(type.lastIndexOf(":") + 1)} ${name}`);
}
