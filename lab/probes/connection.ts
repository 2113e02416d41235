import type { LabProtocol } from "../outside/outside.js";
import type { ExecResult } from "../node/nodeAgent.js";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stage, Who } from "../scenarios/stage.js";
import { answerOf, clients, handshakeCommand, noConnection, type Target } from "./clients.js";
import type { Connection, Finding, Probe, Verdict } from "./probe.js";
import { applicationUser, proxyUser } from "./users.js";

/** A client somewhere in the cluster, a server, and what is to become of it. */
export interface Attempt {
  observation: string;
  title: string;
  from: Who;
  /** `bypass`: as the proxy's own user, whose traffic is not redirected. @default sidecar */
  through?: Connection["through"];
  /** The pod's annotations keep the port from being redirected: `bypass` without being the proxy's user. */
  portExcluded?: true;
  protocol: LabProtocol;
  to: Target;
  expect: Verdict;
  /** What the right server's answer looks like. @default that of the protocol's machine */
  answer?: RegExp;
  /** Dial the address that the client's DNS answers for another name. */
  at?: string;
}

/**
 * How long a client waits for its server. One that is let through answers within milliseconds, but on a busy machine
 * patience costs nothing; one whose packets are dropped is waited for in vain, every time.
 */
const patienceMs = { answers: 8_000, otherwise: 2_500 };
/** Clients keep their own time, from when they are up; this ends one that does not. */
const startUpMs = 10_000;
/** A server-first database sends its handshake packet within milliseconds. */
const handshakeMs = 2_000;
/** After a change, a proxy may need some time to hear of it; longer than this is a failure. */
const propagationMs = 20_000;

/** A connection tried by the protocol's real client. */
export function connection(attempt: Attempt): Probe {
  const { observation, title, expect } = attempt;
  return {
    observation,
    title,
    expected: expect,
    run: async (stage) => {
      const deadline = performance.now() + propagationMs;
      for (;;) {
        const finding = await tryOnce(attempt, stage);
        const mayStillCome = expect === "answers" && performance.now() < deadline;
        if (finding.passed || !mayStillCome) return finding;
        await sleep(300);
      }
    },
  };
}

async function tryOnce(attempt: Attempt, stage: Stage): Promise<Finding> {
  const { from, protocol, through = "sidecar", expect, answer = answerOf[protocol] } = attempt;
  const to = attempt.at ? { ...attempt.to, address: await addressFor(from, attempt.at, stage) } : attempt.to;
  const timeoutMs = patienceMs[expect === "answers" ? "answers" : "otherwise"];
  const { password, caFile, servers } = stage.outside;
  const { command, environment } = clients[protocol](to, { password, caFile, timeoutMs, servers });
  const result = await stage.exec(from, command, {
    user: through === "bypass" && !attempt.portExcluded ? proxyUser : applicationUser,
    timeoutMs: timeoutMs + startUpMs,
    ...(environment ? { environment } : {}),
  });
  const seen = verdictOf(result, answer);
  return {
    passed: seen === expect,
    seen,
    evidence: lastLine(result),
    ...(isPredicted(attempt) ? { connection: connectionOf(stage, attempt, seen) } : {}),
  };
}

/** The analysis takes clients to dial the name they mean, and to speak as the settings say. */
function isPredicted({ at, to }: Attempt): boolean {
  return at === undefined && to.inBandTls === undefined && to.withoutTls === undefined;
}

/** What the client's DNS, which its sidecar may answer, says of a name. */
async function addressFor(from: Who, name: string, stage: Stage): Promise<string> {
  const { stdout } = await stage.exec(from, ["getent", "ahostsv4", name], { user: applicationUser });
  const address = stdout.split(" ")[0];
  if (!address) throw new Error(`DNS has no address for ${name}.`);
  return address;
}

function connectionOf(stage: Stage, { from, to, through = "sidecar" }: Attempt, seen: Verdict): Connection {
  const { namespace, workload, serviceAccount, hasSidecar } = stage.identity(from);
  const path = hasSidecar ? through : "bypass";
  return {
    from: { namespace, workload, serviceAccount },
    to: { host: to.address ?? to.host, port: to.port },
    through: path,
    seen,
  };
}

/** Clients' words for a server that talked to them and sent them away, or was not the one they wanted. */
const talked =
  /HTTP\/0\.9|ERROR 1045|ERROR 2013(?!.*initial communication packet)|not allowed to connect|password authentication failed|pg_hba|NOAUTH|WRONGPASS|Authentication failed|SSL certificate problem|certificate subject name|server certificate for|handed out: /;

function verdictOf({ exitCode, stdout, stderr }: ExecResult, answer: RegExp): Verdict {
  if (answer.test(stdout)) return "answers";
  if (talked.test(`${stdout}${stderr}`)) return "handshake";
  return exitCode === 0 && stdout.trim() !== "" ? "misrouted" : "blocked";
}

/** The last line of what a client said, which names the error. */
export function lastLine({ stdout, stderr, timedOut, exitCode }: ExecResult): string {
  const said = `${stderr.trim()}\n${stdout.trim()}`.trim().split("\n").at(-1) ?? "";
  if (said) return said.slice(0, 300);
  return timedOut ? "no answer before the time-out" : `exit ${exitCode}, nothing said`;
}

/** How many bytes a server-first database sends to this client. */
export function serverHandshake(attempt: Omit<Attempt, "expect"> & { expect: "blocked" | "handshake" }): Probe {
  const { observation, title, expect, from, to, through = "sidecar" } = attempt;
  return {
    observation,
    title,
    expected: expect === "blocked" ? "0 bytes" : "the handshake packet",
    run: async (stage) => {
      const user = through === "bypass" ? proxyUser : applicationUser;
      const result = await stage.exec(from, handshakeCommand(to, handshakeMs), {
        user,
        timeoutMs: patienceMs.otherwise + handshakeMs,
      });
      const bytes = Number(result.stdout.trim()) || 0;
      const seen: Verdict = bytes > 0 ? "handshake" : "blocked";
      return {
        passed: seen === expect,
        seen: `${bytes} bytes`,
        evidence: result.stdout.includes(noConnection) ? noConnection : "the connection was opened",
        connection: { ...connectionOf(stage, { ...attempt, expect: seen }, seen), waits: "handshake" },
      };
    },
  };
}
