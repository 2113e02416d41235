import { until } from "../host/labHost.js";
import type { Stage } from "../scenarios/stage.js";
import type { Probe } from "./probe.js";

/** What is read of one line of the gateway's access log. */
export interface LogLine {
  requested_server_name?: string | null;
  upstream_host?: string | null;
  upstream_cluster?: string | null;
  downstream_remote_address?: string | null;
  /** The caller's SPIFFE identity. */
  downstream_peer_uri_san?: string | null;
  downstream_transport_failure_reason?: string | null;
  response_flags?: string | null;
}

/** The proxy writes its log in batches, and a connection only when it ends. */
const logDelayMs = 15_000;

/** The gateway's access log names a connection's caller, server name and destination. */
export function gatewayLog(probe: {
  observation: string;
  title: string;
  expected: string;
  find: (line: LogLine, stage: Stage) => boolean;
}): Probe {
  const { observation, title, expected, find } = probe;
  return {
    observation,
    title,
    expected,
    run: async (stage) => {
      const line = await until(
        "the gateway's access log to show it",
        async () => (await gatewayLines(stage)).find(({ entry }) => find(entry, stage)),
        { timeoutMs: logDelayMs, intervalMs: 500 },
      );
      return { passed: true, seen: entryText(line.entry), evidence: line.text };
    },
  };
}

function entryText(line: LogLine): string {
  const caller = line.downstream_peer_uri_san ?? line.downstream_remote_address;
  const failure = line.downstream_transport_failure_reason;
  return `${caller} asked for ${line.requested_server_name ?? "no name"}, ${failure ?? `sent to ${line.upstream_host}`}`;
}

async function gatewayLines(stage: Stage): Promise<{ text: string; entry: LogLine }[]> {
  const logs = await Promise.all(stage.gatewayPods().map((pod) => stage.agent.logs(pod.metadata ?? {}, "istio-proxy")));
  return logs.flatMap((log) =>
    log.split("\n").flatMap((text) => {
      if (!text.startsWith("{")) return [];
      try {
        return [{ text, entry: JSON.parse(text) as LogLine }];
      } catch {
        return []; // a line that is still being written
      }
    }),
  );
}
