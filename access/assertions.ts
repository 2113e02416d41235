import { message, type Message } from "./messages/index.js";
import type {
  BypassVerdict,
  Assertion,
  AssertionFailure,
  AssertionResult,
  CallerPattern,
  Evidence,
  MeshVerdict,
  Row,
  Target,
  TargetPattern,
} from "./model/model.js";

/** Examples that a failure names. */
const namedExamples = 3;

/**
 * Checks assertions against reach. Failures of one kind with one cause are one failure: a missing label is one entry,
 * however many pairs it opens. An assertion that matches no pair fails, because a typing error must not look like safety.
 */
export function checkAssertions(
  assertions: readonly Assertion[],
  rows: Iterable<Row>,
  targets: readonly Target[],
): AssertionResult[] {
  const databases = new Map(targets.map((target) => [`${target.host}:${target.port}`, target.database]));
  const results = assertions.map((assertion) => ({ assertion, covered: 0, broken: 0, faults: new Faults() }));
  const callers = new Set<Row["from"]>();
  for (const row of rows) {
    callers.add(row.from);
    for (const result of results) {
      if (!covers(result.assertion, row, databases)) continue;
      result.covered++;
      if (result.faults.add(result.assertion, row)) result.broken++;
    }
  }
  return results.map(({ assertion, covered, broken, faults }) => {
    const failures =
      covered === 0
        ? [{ ...nothingCovered(assertion, [...callers], targets), pairs: 0, examples: [] }]
        : faults.byCause();
    return { assertion, covered, broken, failures, ok: failures.length === 0 };
  });
}

/** Pairs that fail for one and the same chain of evidence. */
interface Fault {
  what: Message;
  because: readonly Evidence[];
  /** The connection is blocked, and should not be. */
  isBlocked: boolean;
  pairs: number;
  examples: Row[];
}

/** Failing pairs of an assertion. Verdicts are shared between rows, so what they fail is worked out once for each two. */
class Faults {
  readonly #ofVerdicts = new Map<MeshVerdict, Map<BypassVerdict, Fault[]>>();
  readonly #byKind = new Map<string, Map<readonly Evidence[], Fault>>();

  /** Notes what a row fails, if anything. */
  add(assertion: Assertion, row: Row): boolean {
    let byBypass = this.#ofVerdicts.get(row.mesh);
    if (!byBypass) this.#ofVerdicts.set(row.mesh, (byBypass = new Map()));
    let faults = byBypass.get(row.bypass);
    if (!faults) {
      faults = faultsOf(assertion, row).map((what) => this.#faultOf(what, row));
      byBypass.set(row.bypass, faults);
    }
    for (const fault of faults) {
      fault.pairs++;
      if (fault.examples.length < namedExamples) fault.examples.push(row);
    }
    return faults.length > 0;
  }

  #faultOf(what: Message, row: Row): Fault {
    const kind = JSON.stringify(what);
    let faults = this.#byKind.get(kind);
    if (!faults) this.#byKind.set(kind, (faults = new Map()));
    const verdict = what.id === "assertion-bypass" ? row.bypass : row.mesh;
    const { because } = verdict;
    const isBlocked = verdict.verdict === "blocked";
    let fault = faults.get(because);
    if (!fault) faults.set(because, (fault = { what, because, isBlocked, pairs: 0, examples: [] }));
    return fault;
  }

  byCause(): AssertionFailure[] {
    const failures = [...this.#byKind.values()].flatMap((faults) => causesOf([...faults.values()]));
    return failures.sort((a, b) => b.pairs - a.pairs);
  }
}

/**
 * The fewest links of evidence that explain all faults: the link that most pairs share, then of the rest the one that
 * most share, and so on. Of links that explain as much, the one that comes last in its chain decided.
 */
function causesOf(faults: readonly Fault[]): AssertionFailure[] {
  const failures: AssertionFailure[] = [];
  let remaining = faults;
  while (remaining.length > 0) {
    const cause = mostShared(remaining);
    const isExplained = ({ because }: Fault) => !cause || because.some((link) => keyOf(link) === keyOf(cause));
    const explained = remaining.filter(isExplained);
    remaining = remaining.filter((fault) => !isExplained(fault));
    const [first] = explained;
    if (!first) break;
    failures.push({
      ...first.what,
      ...(cause ? { cause } : {}),
      pairs: explained.reduce((sum, { pairs }) => sum + pairs, 0),
      examples: explained.flatMap(({ examples }) => examples).slice(0, namedExamples),
    });
  }
  return failures;
}

function mostShared(faults: readonly Fault[]): Evidence | undefined {
  const shares = new Map<string, { link: Evidence; pairs: number; place: number }>();
  for (const { because, isBlocked, pairs } of faults) {
    // What refuses a connection is no reason that it is not blocked.
    const letting = isBlocked ? [] : because.filter((link) => !refuses(link));
    for (const [place, link] of (letting.length > 0 ? letting : because).entries()) {
      const share = shares.get(keyOf(link)) ?? { link, pairs: 0, place };
      shares.set(keyOf(link), { link: share.link, pairs: share.pairs + pairs, place: Math.max(share.place, place) });
    }
  }
  return [...shares.values()].sort((a, b) => b.pairs - a.pairs || b.place - a.place)[0]?.link;
}

/** A network policy that does not allow the connection, or several of which it is the last that is named. */
function refuses({ id, args }: Message): boolean {
  const { text } = args;
  const inner = id === "and-more-policies" && typeof text === "object" && "id" in text ? text.id : id;
  return inner === "allows-only" || inner === "allows-nothing";
}

function keyOf({ kind, namespace, name, field, id }: Evidence): string {
  return `${kind} ${namespace}/${name} ${field} ${id}`;
}

function covers(assertion: Assertion, row: Row, databases: ReadonlyMap<string, string | undefined>): boolean {
  return (
    isCaller(assertion.from, row) &&
    !(assertion.except ?? []).some((pattern) => isCaller(pattern, row)) &&
    isTarget(assertion.to, row, databases.get(`${row.to.host}:${row.to.port}`))
  );
}

function isCaller(pattern: "*" | CallerPattern, { from }: Pick<Row, "from">): boolean {
  if (pattern === "*") return true;
  return (
    fits(pattern.namespace, from.namespace) &&
    fits(pattern.workload, from.workload) &&
    fits(pattern.serviceAccount, from.serviceAccount)
  );
}

function isTarget(pattern: "*" | TargetPattern, { to }: Pick<Row, "to">, database: string | undefined): boolean {
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

/** Whether every hop carries TLS, as far as the mesh knows. */
function isEncrypted({ encryption }: MeshVerdict): boolean | "unknown" {
  if (encryption.includes("plaintext")) return false;
  return encryption.includes("own-tls-unknown") ? "unknown" : true;
}

function encryptionFault(expected: boolean | "unknown", actual: boolean | "unknown") {
  if (expected === true) return actual === "unknown" ? "assertion-own-tls" : "assertion-encryption";
  return expected === "unknown" ? "assertion-tls-known" : "assertion-plaintext";
}

/** The expectations a row does not meet. */
function faultsOf(assertion: Assertion, { mesh, bypass }: Row): Message[] {
  const wanted = assertion.expect === undefined ? [] : [assertion.expect].flat();
  const faults: Message[] = [];
  if (wanted.length > 0 && !wanted.includes(mesh.verdict))
    faults.push(message("assertion-verdict", { expected: wanted.join(" or "), actual: mesh.verdict }));
  const carried = mesh.encryption.length > 0;
  const encrypted = isEncrypted(mesh);
  if (assertion.encrypted !== undefined && carried && assertion.encrypted !== encrypted)
    faults.push(message(encryptionFault(assertion.encrypted, encrypted), { hops: mesh.encryption }));
  if (assertion.identity !== undefined && carried && assertion.identity !== mesh.identity)
    faults.push(message(assertion.identity ? "assertion-identity" : "assertion-anonymous"));
  const exposed = mesh.exposes ?? "nothing";
  if (assertion.exposes !== undefined && mesh.verdict === "blocked" && assertion.exposes !== exposed)
    faults.push(message("assertion-exposes", { expected: assertion.exposes, actual: exposed }));
  if (assertion.bypass !== undefined && assertion.bypass !== bypass.verdict)
    faults.push(message("assertion-bypass", { expected: assertion.bypass, actual: bypass.verdict }));
  return faults;
}

/** Names that a reason lists. */
const shownNames = 5;

/** Why an assertion matches no pair: the part of it that matches nothing, and what there is instead. */
function nothingCovered(
  { from, except = [], to }: Assertion,
  callers: readonly Row["from"][],
  targets: readonly Target[],
): Message {
  if (!targets.some((target) => isTarget(to, { to: target }, target.database))) {
    const known = [...new Set(targets.map(({ host, database }) => database ?? host))];
    return message("assertion-matches-no-target", { target: targetText(to), known: namesOf(known) });
  }
  if (callers.length === 0) return message("assertion-without-workloads");
  const matched = callers.filter((caller) => isCaller(from, { from: caller }));
  if (matched.length > 0)
    return message("assertion-excepts-all", { count: matched.length, except: except.map(callerText) });
  const known = callers.map(
    ({ namespace, workload, serviceAccount }) => `${namespace}/${workload} as ${serviceAccount}`,
  );
  return message("assertion-matches-no-workload", { client: callerText(from), known: namesOf(known) });
}

function namesOf(known: readonly string[]): Message | readonly (string | Message)[] {
  if (known.length === 0) return message("none");
  const more = known.length - shownNames;
  return [...known.slice(0, shownNames), ...(more > 0 ? [message("and-more", { count: more })] : [])];
}

function targetText(to: Assertion["to"]): string {
  if (to === "*") return "any database";
  return `${to.database ?? to.host ?? "any host"}${to.port === undefined ? "" : `:${to.port}`}`;
}

function callerText(pattern: "*" | CallerPattern): string {
  if (pattern === "*") return "*";
  return Object.entries(pattern)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
}
