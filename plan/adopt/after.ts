import {
  analyse,
  type Analysis,
  type AnalysisOptions,
  type DatabaseOption,
  diffReach,
  type ReachChange,
  type Row,
  type Target,
  textOf,
} from "mesh-access";
import { overlay } from "mesh-access/input";
import { blueprintOf } from "../../components/blueprint.js";
import { loadSettings } from "../../settings/load.js";
import { describeProblem, SettingsError } from "../../settings/problem.js";
import type { Settings } from "../../settings/schema.js";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import type { Adopted } from "./adopt.js";
import { namesOf } from "./clients.js";
import { type Note, note } from "./note.js";

/** What changes in reach once the stack is applied and what it replaces is removed. */
export interface Effect {
  /** Undefined where the stack needs corrections first, which the notes name. */
  changes?: ReachChange[];
  /** The cluster with the stack in the place of what it replaces. */
  after?: Analysis;
  notes: Note[];
}

/** The effect of a stack on the cluster that it was taken from. */
export function effectOf({ config, replaced }: Adopted, before: Analysis, options: AnalysisOptions): Effect {
  const settings = settingsOf(config);
  if (!("databases" in settings)) return { notes: settings.notes };
  const gone = new Set(replaced);
  const { manifests: objects, assumed } = blueprintOf(settings);
  const remaining = before.objects.filter((object) => !gone.has(object));
  const after = analyse(overlay(remaining, { objects, assumed }), {
    ...options,
    // What is no longer registered is still asked about.
    databases: [...before.targets.map(askedFor), ...(optionsOfStack(settings).databases ?? [])],
  });
  const changes = diffReach(before.rows, after.rows);
  return { changes, after, notes: [...missed(settings, after), ...opened(changes)] };
}

/** Databases that somebody reaches who does not today. */
function opened(changes: readonly ReachChange[]): Note[] {
  const byTarget = new Map<string, { host: string; port: number; workloads: { namespace: string; name: string }[] }>();
  for (const { from, to, before, after } of changes) {
    const reaches = after && ["gateway", "direct"].includes(after.mesh.verdict);
    if (!reaches || before?.mesh.verdict !== "blocked") continue;
    const known = byTarget.get(`${to.host}:${to.port}`) ?? { host: to.host, port: to.port, workloads: [] };
    known.workloads.push({ namespace: from.namespace, name: from.workload });
    byTarget.set(`${to.host}:${to.port}`, known);
  }
  return [...byTarget.values()].map(({ host, port, workloads }) =>
    note("opened", { host, port: String(port), workloads: namesOf(workloads) }),
  );
}

function askedFor({ host, port, protocol, addresses }: Target): DatabaseOption {
  return { host, port, addresses, tls: protocol === "tls" };
}

function settingsOf(config: Record<string, unknown>): Settings | { notes: Note[] } {
  try {
    return loadSettings(config);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { notes: error.problems.map((problem) => note("invalid-stack", { problem: describeProblem(problem) })) };
  }
}

/** Clients that do not reach their database with the stack, and what keeps them from it. */
function missed({ databases }: Settings, { rows }: Analysis): Note[] {
  const allowed = new Set(
    databases.flatMap(({ host, port, clients }) =>
      clients.flatMap(({ namespace, serviceAccounts = [] }) =>
        serviceAccounts.map((account) => `${namespace}/${account} ${host}:${port}`),
      ),
    ),
  );
  return [...rows].filter((row) => allowed.has(keyOf(row)) && row.mesh.verdict !== "gateway").map(missedNote);
}

const keyOf = ({ from, to }: Row): string => `${from.namespace}/${from.serviceAccount} ${to.host}:${to.port}`;

function missedNote({ from, to, mesh }: Row): Note {
  const last = mesh.because.at(-1);
  const object = last ? `${last.kind} ${last.namespace}/${last.name}: ${textOf(last)}` : "not known";
  const pair = `${from.namespace}/${from.workload} -> ${to.host}:${to.port}`;
  return note("not-reached", { pair, verdict: mesh.verdict, reason: object });
}
