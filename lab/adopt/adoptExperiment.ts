import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readStackFile } from "../../settings/stackFile.js";
import type { Tried } from "../agreement/compare.js";
import { type MeshEgress, meshEgressFor, printedBy } from "../command/meshEgress.js";
import { readOnlyKubeconfig, removeReader } from "../command/reader.js";
import type { LabStack } from "../engine/stack.js";
import { QueryStream } from "../faults/queryStream.js";
import { answersOf, outagesOf, summaryOf } from "../faults/streamReport.js";
import { Sandbox } from "../mesh/sandbox.js";
import { Workbench } from "../mesh/workbench.js";
import type { Finding } from "../probes/probe.js";
import { rds, wordsFor } from "../recipes/points.js";
import { apiListing } from "../scenarios/apiListing.js";
import type { Experiment } from "../scenarios/experiment.js";
import { deleted, deployed, remains } from "../scenarios/operationFindings.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import { everyStack } from "../scenarios/observations.js";
import { type Listener, Results } from "../scenarios/results.js";
import { settled } from "../scenarios/settled.js";
import { addressOf, allGatewayPods, type Stage } from "../scenarios/stage.js";
import { type AdoptReport, readReport } from "./printedReport.js";
import { applied, attempts, client, clients, drainSeconds, setting } from "./adoptSetting.js";

const observation = "adopt";
const looks = {
  stackFile: {
    observation,
    title: "adopt, as a user with the rendered read-only role, writes a stack file",
    expected: `${clients.join(" and ")} as clients, and nobody else`,
  },
  dump: {
    observation,
    title: "adopt of the files that collect writes",
    expected: "the same stack file and the same report",
  },
  up: everyStack.up("the stack file as adopt wrote it, while the client queries its database"),
  older: {
    observation,
    title: "queries while the stack is brought up beside the recipe",
    expected: "none is lost",
  },
  removed: {
    observation,
    title: "queries while the objects that the report names are removed",
    expected: "at most one is lost, when the old route's drain time ends, and the next is answered",
  },
  gateway: {
    observation,
    title: "the client's queries arrive from the stack's gateway",
    expected: "an address of the new gateway's pods",
  },
  diff: {
    observation,
    title: "the reach diff that adopt printed",
    expected: "the pairs whose probes changed, before and after, and no other",
  },
  agreement: everyStack.agreement,
  check: {
    observation,
    title: "check of the stack file on the cluster as it is now",
    expected: "every assertion passes",
  },
  destroyed: everyStack.destroy,
  remains: everyStack.remains,
};

const steps = {
  before: "a cluster that runs the recipe",
  migration: "the stack takes over while queries run",
  after: "afterwards only what leaked has changed",
  destroy: "destroy",
};

/** A cluster that runs the document's recipe is taken over by the stack that `adopt` writes. */
export const adoptExperiment: Experiment = {
  name: "adopt",
  title: "A cluster with a recipe of its own moves to the stack that mesh-egress adopt writes, while queries run",
  observations: [
    { title: steps.before, observations: [looks.stackFile, looks.dump] },
    { title: steps.migration, observations: [looks.up, looks.older, looks.removed, looks.gateway] },
    { title: steps.after, observations: [looks.diff, looks.agreement, looks.check] },
    { title: steps.destroy, observations: [looks.destroyed, looks.remains] },
  ],
  run: async (lab, listener, keep) => {
    const run = new AdoptRun(lab, listener);
    await run.all(keep);
    return { results: run.results.all };
  },
};

class AdoptRun {
  readonly results: Results;
  private readonly workbench: Workbench;
  private readonly stage: Stage;
  private readonly meshEgress: MeshEgress;
  private readonly folder: string;

  constructor(
    private readonly lab: RunningLab,
    listener: Listener,
  ) {
    this.results = new Results("adopt", listener);
    this.workbench = new Workbench(lab, setting);
    this.stage = lab.stage;
    this.meshEgress = meshEgressFor(lab.host);
    this.folder = join(lab.host.folder, "adopt");
  }

  async all(keep: boolean): Promise<void> {
    const listing = await apiListing(this.stage.kubectl);
    await mkdir(this.folder, { recursive: true });
    this.results.enter(steps.before);
    let stack: LabStack | undefined;
    try {
      await this.workbench.setUp();
      const before = await this.look();
      const file = join(this.folder, "Pulumi.adopted.yaml");
      const report = await this.adopted(file);
      stack = await this.lab.open({ name: "adopted" }, {});
      if (await this.migrated(stack, file, report)) await this.compared(before, report, file);
    } finally {
      if (!keep) await this.removal(stack, listing);
    }
  }

  private async look(): Promise<readonly Tried[]> {
    const look = await this.workbench.look(applied, attempts);
    if (typeof look === "string") throw new Error(`The API server refuses the recipe: ${look}`);
    return look.tried;
  }

  /** Takes a stack file from the cluster, live and from files. */
  private async adopted(file: string): Promise<AdoptReport> {
    const kubeconfig = await readOnlyKubeconfig(
      this.stage.controlPlane,
      this.meshEgress,
      join(this.folder, "reader.kubeconfig"),
    );
    const live = ["--kubeconfig", kubeconfig, "--context", "lab"];
    let report = "";
    await this.results.check(looks.stackFile, async () => {
      const { stdout, stderr } = await printedBy(this.meshEgress(["adopt", ...live, "--out", file]));
      report = stdout;
      const found = clientsIn(file);
      return { passed: found.join() === clients.join(), seen: found.join(" and "), evidence: stdout + stderr };
    });
    await this.results.check(looks.dump, async () => {
      const dump = join(this.folder, "dump");
      await printedBy(this.meshEgress(["collect", ...live, "--out", dump]));
      const fromDump = join(this.folder, "Pulumi.from-dump.yaml");
      const { stdout } = await printedBy(this.meshEgress(["adopt", "-f", dump, "--out", fromDump]));
      return sameAnswers([await readFile(file, "utf8"), report], [await readFile(fromDump, "utf8"), stdout]);
    });
    return readReport(report);
  }

  /** Brings the stack up beside the recipe, then removes what the report says, and watches the client's queries. */
  private async migrated(stack: LabStack, file: string, { toRemove }: AdoptReport): Promise<boolean> {
    this.results.enter(steps.migration);
    const stream = await QueryStream.start(this.stage, client, rds.host);
    await stack.configure(readStackFile(file).own);
    const isUp = await this.results.check(looks.up, async () => deployed(await stack.up()));
    if (!isUp) return false;
    await settled(this.stage);
    const sofar = (await stream.events()).length;
    await this.results.check(looks.older, async () => lost(outagesOf(await stream.events()), 0));
    for (const { kind, namespace, name } of toRemove)
      await this.stage.kubectl(["delete", kind.toLowerCase(), name, "-n", namespace]);
    await settled(this.stage);
    await sleep((drainSeconds + 5) * 1000);
    const events = await stream.stop();
    await this.results.check(looks.removed, async () => lost(outagesOf(events.slice(sofar)), 1));
    return this.results.check(looks.gateway, async () => {
      const { through = "no answer" } = answersOf(events).at(-1) ?? {};
      const pods = await allGatewayPods(this.stage);
      return { passed: pods.some((pod) => addressOf(pod) === through), seen: through };
    });
  }

  private async compared(before: readonly Tried[], report: AdoptReport, file: string): Promise<void> {
    this.results.enter(steps.after);
    const sandbox = await Sandbox.open(this.stage, setting.options);
    try {
      const { tried, agreement } = await sandbox.judge(attempts);
      await this.results.check(looks.diff, async () => heldAgainst(report, before, tried));
      await this.results.check(looks.agreement, async () => ({
        passed: agreement.disagreements.length === 0 && agreement.undecided.length === 0,
        seen: `${agreement.compared - agreement.disagreements.length} of ${attempts.length} agree`,
        evidence: JSON.stringify([agreement.disagreements, agreement.undecided]),
      }));
    } finally {
      sandbox.close();
    }
    await this.results.check(looks.check, async () => {
      const kubeconfig = join(this.folder, "reader.kubeconfig");
      const live = ["--kubeconfig", kubeconfig, "--context", "lab"];
      const { exitCode, stdout, stderr } = await this.meshEgress(["check", "--config", file, ...live]);
      const [last = ""] = stdout.trim().split("\n").slice(-1);
      return { passed: exitCode === 0, seen: last, evidence: stdout + stderr };
    });
  }

  private async removal(stack: LabStack | undefined, listing: Set<string>): Promise<void> {
    this.results.enter(steps.destroy);
    if (stack) await this.results.check(looks.destroyed, async () => deleted(await stack.destroy()));
    await removeReader(this.stage.controlPlane);
    await this.workbench.clear();
    await this.results.check(looks.remains, async () => remains(listing, await apiListing(this.stage.kubectl)));
  }
}

interface AdoptedDatabase {
  clients: { namespace: string; serviceAccounts: string[] }[];
}

function clientsIn(file: string): string[] {
  const databases = (readStackFile(file).own["databases"] ?? []) as AdoptedDatabase[];
  return databases.flatMap((database) =>
    database.clients.flatMap(({ namespace, serviceAccounts }) =>
      serviceAccounts.map((account) => `${namespace}/${account}`),
    ),
  );
}

/** Lines that name a file or a context, which differ. */
const namesSource = /^# Taken from |^ {4}context: lab$| written\.$/;

function sameAnswers(live: readonly string[], dump: readonly string[]): Finding {
  const [first = [], second = []] = [live, dump].map((texts) =>
    texts.flatMap((text) => text.split("\n")).filter((line) => !namesSource.test(line)),
  );
  const differing = [
    ...first.filter((line) => !second.includes(line)),
    ...second.filter((line) => !first.includes(line)),
  ];
  const passed = first.join() === second.join();
  return { passed, seen: passed ? "the same" : differing.join("; "), evidence: dump.join("\n") };
}

function lost(outages: ReturnType<typeof outagesOf>, most: number): Finding {
  const failures = outages.flatMap((outage) => outage.failures);
  return {
    passed: failures.length <= most && outages.every(({ over }) => over),
    seen: summaryOf(outages),
    evidence: failures.join("\n"),
  };
}

const asSeen = {
  mesh: { gateway: "answers gateway", direct: "answers direct", blocked: "blocked" } as Record<string, string>,
  bypass: { open: "answers direct", closed: "blocked" } as Record<string, string>,
};

/** Every change that the report prints was seen, and every change that was seen is printed. */
function heldAgainst({ changes }: AdoptReport, before: readonly Tried[], after: readonly Tried[]): Finding {
  const seen = before.flatMap((tried, index) => {
    const now = after[index];
    const line = now && lineOf(tried, wordsFor(tried), wordsFor(now));
    return now && wordsFor(tried) !== wordsFor(now) ? [line] : [];
  });
  const printed = [...changes].flatMap(([pair, { before: was, after: is }]) =>
    (["mesh", "bypass"] as const)
      .filter((way) => was[way] !== is[way])
      .map((way) => `${pair} ${way}: ${asSeen[way][was[way]]} -> ${asSeen[way][is[way]]}`),
  );
  const passed = seen.length > 0 && seen.toSorted().join("\n") === printed.toSorted().join("\n");
  return { passed, seen: seen.join("; ") || "no change", evidence: `printed:\n${printed.join("\n")}` };
}

function lineOf({ from, to, through }: Tried, before: string, after: string): string {
  const way = through === "bypass" ? "bypass" : "mesh";
  return `${from.namespace}/${from.workload} -> ${to.host}:${to.port} ${way}: ${before} -> ${after}`;
}
