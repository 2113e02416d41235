import { answersIn } from "./listedRows.js";
import { message } from "../../messages/index.js";
import type { Analysis, BypassVerdict, Evidence, MeshVerdict, Row, Rows, Target, Workload } from "../../model/model.js";

const evidence = (kind: string, name: string, field: string, text: string): Evidence => ({
  kind,
  namespace: "gw",
  name,
  field,
  ...message("declares-host", { host: text }),
});

const mesh = (verdict: MeshVerdict["verdict"], more: Partial<MeshVerdict> = {}): MeshVerdict => ({
  verdict,
  encryption: [],
  identity: false,
  exposes: null,
  because: [evidence("VirtualService", "db", "spec.tcp[0]", verdict)],
  ...more,
});

/** What an analysis of a sound and complete input says beside its rows. */
export const nothingBeside = {
  objects: [],
  problems: [],
  ignored: new Map(),
  assumptions: [],
  mtls: [],
  connections: { ends: [], at: () => undefined, classes: () => [], entries: [] },
};

/** Every way a mesh can answer, one per column. */
export const meshAnswers: MeshVerdict[] = [
  mesh("gateway", { encryption: ["mutual-tls", "plaintext"], identity: true }),
  mesh("gateway", { encryption: ["mutual-tls+tls-passthrough", "tls-passthrough"], identity: true }),
  mesh("gateway", { encryption: ["plaintext", "plaintext"] }),
  mesh("direct", { encryption: ["plaintext"] }),
  mesh("blocked"),
  mesh("blocked", {
    exposes: "handshake",
    because: [evidence("AuthorizationPolicy", "db", "spec.rules[0].from", "no rule allows it")],
  }),
  mesh("misrouted", { encryption: ["plaintext"] }),
  mesh("unknown"),
];
const bypassAnswers: BypassVerdict[] = (["blocked", "open", "unknown"] as const).map((verdict) => ({
  verdict,
  because: [evidence("NetworkPolicy", "deny", "spec.egress", verdict)],
}));

export const manifests = [
  {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "db", namespace: "gw" },
    spec: { action: "ALLOW", rules: [{ from: [{ source: { namespaces: ["demo"] } }] }] },
    source: { file: "gw/policy.yaml", line: 3 },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "db", namespace: "gw" },
    spec: { hosts: ["</script><b>db"], tcp: [{ match: [{ port: 3306 }] }] },
  },
];

/** A matrix of any size in which every answer occurs. */
export function matrix(workloadCount: number, targetCount: number): Analysis {
  const workloads = Array.from({ length: workloadCount }, (_, index) => {
    const namespace = `team-${Math.floor(index / 10)}`;
    const name = `app-${index}`;
    const sidecar = { present: index % 5 !== 4, because: evidence("Namespace", "", "", "") };
    return { kind: "Deployment", namespace, name, serviceAccount: name, sidecar } as Workload;
  });
  const targets = Array.from({ length: targetCount }, (_, index) => {
    const host = `db-${index}.example.com`;
    return { host, port: 3306, database: index % 2 ? `orders-${index}` : undefined } as Target;
  });
  const answer = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
  const callers = workloads.map(({ namespace, name, serviceAccount }) => ({
    namespace,
    workload: name,
    serviceAccount,
  }));
  const at = (r: number, c: number): Row | undefined => {
    const [from, target] = [callers[r], targets[c]];
    if (!from || !target) return undefined;
    const to = { host: target.host, port: target.port };
    return { from, to, mesh: answer(meshAnswers, c + r), bypass: answer(bypassAnswers, c + 2 * r) };
  };
  const rows: Rows = {
    length: workloadCount * targetCount,
    at,
    *[Symbol.iterator]() {
      for (const r of workloads.keys()) for (const c of targets.keys()) yield at(r, c) as Row;
    },
    ends: targets.map(({ host, port }) => ({ host, port })),
    byWorkload: () => callers.map((from, r) => ({ from, answers: answersIn(targets.map((_, c) => at(r, c) as Row)) })),
  };
  const count = (name: string, of: (row: Row) => string) => [...rows].filter((row) => of(row) === name).length;
  const meshOf = (row: Row) => row.mesh.verdict;
  const bypassOf = (row: Row) => row.bypass.verdict;
  const summary = {
    workloads: workloadCount,
    targets: targetCount,
    rows: rows.length,
    mesh: {
      gateway: count("gateway", meshOf),
      direct: count("direct", meshOf),
      blocked: count("blocked", meshOf),
      misrouted: count("misrouted", meshOf),
      unknown: count("unknown", meshOf),
    },
    bypass: {
      open: count("open", bypassOf),
      blocked: count("blocked", bypassOf),
      unknown: count("unknown", bypassOf),
    },
    exposed: 0,
    bypassable: 0,
  };
  const findings = [
    {
      ...message("port-swallowed", { port: 3306, entry: "ServiceEntry gw/db", host: "one.example.com" }),
      because: [evidence("VirtualService", "db", "spec.hosts", "x")],
    },
  ];
  return { rows, workloads, targets, findings, summary, ...nothingBeside };
}
