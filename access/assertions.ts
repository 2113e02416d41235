import { message, type Message } from "./messages/index.js";
import type {
  Assertion,
  AssertionFailure,
  AssertionResult,
  CallerPattern,
  Row,
  Target,
  TargetPattern,
} from "./model/model.js";

/** Failures told of one promise, each with its whole evidence: nobody reads further. */
const toldFailures = 100;

/** Holds promises against reach. A promise that covers nothing is broken: a typing error must not look like safety. */
export function checkAssertions(
  assertions: readonly Assertion[],
  rows: Iterable<Row>,
  targets: readonly Target[],
): AssertionResult[] {
  const databases = new Map(targets.map((target) => [`${target.host}:${target.port}`, target.database]));
  const results = assertions.map((assertion) => ({
    assertion,
    covered: 0,
    broken: 0,
    failures: [] as AssertionFailure[],
  }));
  for (const row of rows) {
    for (const result of results) {
      if (!covers(result.assertion, row, databases)) continue;
      result.covered++;
      const faults = faultsOf(result.assertion, row);
      if (faults.length > 0 && result.broken++ < toldFailures)
        for (const fault of faults) result.failures.push({ ...fault, row });
    }
  }
  return results.map((result) => {
    const empty: AssertionFailure[] = result.covered === 0 ? [nothingCovered(result.assertion, targets)] : [];
    const failures = [...result.failures, ...empty];
    return { ...result, failures, ok: failures.length === 0 };
  });
}

function covers(assertion: Assertion, row: Row, databases: ReadonlyMap<string, string | undefined>): boolean {
  return (
    isCaller(assertion.from, row) &&
    !(assertion.except ?? []).some((pattern) => isCaller(pattern, row)) &&
    isTarget(assertion.to, row, databases.get(`${row.to.host}:${row.to.port}`))
  );
}

function isCaller(pattern: "*" | CallerPattern, { from }: Row): boolean {
  if (pattern === "*") return true;
  return (
    fits(pattern.namespace, from.namespace) &&
    fits(pattern.workload, from.workload) &&
    fits(pattern.serviceAccount, from.serviceAccount)
  );
}

function isTarget(pattern: "*" | TargetPattern, { to }: Row, database: string | undefined): boolean {
  if (pattern === "*") return true;
  return (
    fits(pattern.host, to.host) &&
    (pattern.database === undefined || pattern.database === "*" || pattern.database === database) &&
    (pattern.port === undefined || pattern.port === to.port)
  );
}

function fits(pattern: string | undefined, value: string): boolean {
  return pattern === undefined || pattern === "*" || pattern === value;
}

/** A pair as sentences name it. */
export function describePair({ from, to }: Pick<Row, "from" | "to">): string {
  return `${from.namespace}/${from.workload} -> ${to.host}:${to.port}`;
}

/** The expectations a row does not meet. */
function faultsOf(assertion: Assertion, row: Row): Message[] {
  const { mesh, around } = row;
  const pair = describePair(row);
  const wanted = assertion.expect === undefined ? [] : [assertion.expect].flat();
  const faults: Message[] = [];
  if (wanted.length > 0 && !wanted.includes(mesh.verdict))
    faults.push(message("assertion-verdict", { pair, expected: wanted.join(" or "), actual: mesh.verdict }));
  const carried = mesh.encryption.length > 0;
  const encrypted = carried && !mesh.encryption.includes("plaintext");
  if (assertion.encrypted !== undefined && carried && assertion.encrypted !== encrypted) {
    const id = assertion.encrypted ? "assertion-encryption" : "assertion-plaintext";
    faults.push(message(id, { pair, hops: mesh.encryption }));
  }
  if (assertion.identity !== undefined && carried && assertion.identity !== mesh.identity)
    faults.push(message(assertion.identity ? "assertion-identity" : "assertion-anonymous", { pair }));
  const exposed = mesh.exposes ?? "nothing";
  if (assertion.exposes !== undefined && mesh.verdict === "blocked" && assertion.exposes !== exposed)
    faults.push(message("assertion-exposes", { pair, expected: assertion.exposes, actual: exposed }));
  if (assertion.around !== undefined && assertion.around !== around.verdict)
    faults.push(message("assertion-around", { pair, expected: assertion.around, actual: around.verdict }));
  return faults;
}

function nothingCovered({ to }: Assertion, targets: readonly Target[]): Message {
  const known = [...new Set(targets.map(({ host, database }) => database ?? host))].slice(0, 5);
  const target =
    to === "*" ? "any target" : `${to.database ?? to.host ?? "any host"}${to.port === undefined ? "" : `:${to.port}`}`;
  return message("assertion-matches-nothing", { target, known: known.length > 0 ? known : "none" });
}
