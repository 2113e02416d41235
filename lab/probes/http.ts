import { setTimeout as sleep } from "node:timers/promises";
import type { ExecResult } from "../node/nodeAgent.js";
import type { MachineName } from "../outside/outside.js";
import type { Stage, Who } from "../scenarios/stage.js";
import type { Finding, Probe, Verdict } from "./probe.js";
import { applicationUser, proxyUser } from "./users.js";

/** A request by curl. */
export interface Request {
  observation: string;
  title: string;
  /** A pod, or a machine outside the cluster. */
  from: Who | MachineName;
  /** The URL, which may depend on addresses known only when it runs. */
  url: string | ((stage: Stage) => string | Promise<string>);
  /** Further arguments of curl. */
  options?: readonly string[] | ((stage: Stage) => Promise<readonly string[]>);
  /** Status and, where it matters, how curl ends and what it prints. */
  expect: { status: string; exitCode?: readonly number[]; body?: RegExp };
  /** As the proxy's own user, past the sidecar. */
  bypass?: boolean;
}

/** An answer that is to come may take its time on a busy machine; one that must not come is waited for in vain. */
const patienceMs = { answer: 8_000, none: 3_000 };
/** curl keeps the time itself, from when it is up. */
const startUpMs = 5_000;
/** A page that calls other services may need some time after a change. */
const propagationMs = 20_000;
/** How curl reports that there was no answer. */
const noStatus = "000";

/** A request and what becomes of it. */
export function http(request: Request): Probe {
  const { observation, title, expect } = request;
  const exits = expect.exitCode ? `, exit ${expect.exitCode.join(" or ")}` : "";
  const body = expect.body ? `, ${expect.body.source}` : "";
  return {
    observation,
    title,
    expected: `${expect.status}${exits}${body}`,
    run: async (stage) => {
      const deadline = performance.now() + propagationMs;
      for (;;) {
        const finding = await requestOnce(request, stage);
        const mayStillCome = expect.status !== noStatus && performance.now() < deadline;
        if (finding.passed || !mayStillCome) return finding;
        await sleep(300);
      }
    },
  };
}

async function requestOnce(request: Request, stage: Stage): Promise<Finding> {
  const { from, bypass, expect } = request;
  const url = typeof request.url === "string" ? request.url : await request.url(stage);
  const options = typeof request.options === "function" ? await request.options(stage) : (request.options ?? []);
  const timeoutMs = patienceMs[expect.status === noStatus ? "none" : "answer"];
  const command = ["curl", "-sS", "--max-time", String(timeoutMs / 1000), "-w", "\n%{http_code}", ...options, url];
  const user = bypass ? proxyUser : applicationUser;
  const result =
    typeof from === "string"
      ? await stage.outside.exec(from, command)
      : await stage.exec(from, command, { user, timeoutMs: timeoutMs + startUpMs });
  const lines = result.stdout.trimEnd().split("\n");
  const status = lines.at(-1) || noStatus;
  const page = lines.slice(0, -1).join("\n");
  const passed =
    status === expect.status &&
    (expect.exitCode?.includes(result.exitCode) ?? true) &&
    (expect.body?.test(page) ?? true);
  const matched = expect.body?.exec(page)?.[0].replace(/\s+/g, " ");
  return {
    passed,
    seen: `${status}, exit ${result.exitCode}${matched ? `, ${matched}` : ""}`,
    evidence: evidenceOf(result, page),
    // What dials another host than its URL's says nothing of that host.
    ...(typeof from === "string" || options.includes("--connect-to")
      ? {}
      : connectionOf(stage, from, bypass ?? false, url, verdictOf(status, result.exitCode))),
  };
}

function evidenceOf({ stderr }: ExecResult, page: string): string {
  return (stderr.trim() || page.replace(/\s+/g, " ").trim()).slice(0, 300);
}

/** How curl ends when the server talks, but not HTTP: a database's handshake packet, for example. */
const notHttp = new Set([1, 8]);

/** What a sidecar answers itself: 502 for a host that it does not know, 503 where it cannot connect. */
const sidecarRefuses = new Set(["502", "503"]);

function verdictOf(status: string, exitCode: number): Verdict {
  if (status === noStatus) return notHttp.has(exitCode) ? "answers" : "blocked";
  return sidecarRefuses.has(status) ? "blocked" : "answers";
}

function connectionOf(
  stage: Stage,
  from: Who,
  bypass: boolean,
  url: string,
  seen: Verdict,
): Pick<Finding, "connection"> {
  const { namespace, workload, serviceAccount, hasSidecar } = stage.identity(from);
  const { hostname, port, protocol } = new URL(url);
  const to = { host: hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
  const through = bypass || !hasSidecar ? "bypass" : "sidecar";
  return { connection: { from: { namespace, workload, serviceAccount }, to, through, seen } };
}

/**
 * An unauthorized client at the gateway's port, which sends a database's name as SNI and ignores the gateway's certificate.
 * Without a certificate of its own the handshake must fail.
 */
export function withoutCertificate(
  attempt: Pick<Request, "observation" | "title" | "from"> & { sni: string; gateway: string; port: number },
): Probe {
  const { observation, title, from, sni, gateway, port } = attempt;
  return http({
    observation,
    title,
    from,
    bypass: true,
    url: `https://${sni}:${port}/`,
    options: ["--insecure", "--http1.1", "--connect-to", `${sni}:${port}:${gateway}:${port}`],
    // Reset or alert while it reads, writes or shakes hands; or no answer at all, where NetworkPolicy comes before.
    expect: { status: noStatus, exitCode: [56, 55, 35, 28] },
  });
}
