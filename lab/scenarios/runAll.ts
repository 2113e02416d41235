import { Listr, type ListrBaseClassOptions } from "listr2";
import type { LabHost } from "../host/labHost.js";
import { overrideLines } from "../images/imagePrograms.js";
import { closingLine, labReport } from "../report/labReport.js";
import { reportTable } from "../report/table.js";
import { writeReport, type ReportFiles } from "../report/write.js";
import { runExperiment, type Experiment } from "./experiment.js";
import { startLab, type RunningLab } from "./runningLab.js";
import { runScenario, type Listener, type ScenarioReport } from "./runScenario.js";
import type { Scenario } from "./scenario.js";

type Options = ReportFiles & { keep?: boolean; again?: boolean };

interface Context {
  lab?: RunningLab;
}

/** Runs the scenarios one after another on one cluster, and reports. Returns the exit code. */
export async function runAll(
  host: LabHost,
  scenarios: readonly (Scenario | Experiment)[],
  options: Options,
): Promise<number> {
  const began = new Date();
  const reports: ScenarioReport[] = [];
  const tasks = [labTask(host), ...scenarios.map((scenario) => scenarioTask(scenario, scenarios, options, reports))];
  const list = new Listr<Context>(tasks, { ...renderer(), registerSignalListeners: false }); // Ctrl-C is the lab host's
  const context = await list.run({});
  if (options.again) await onceMore(context, scenarios, options, reports);
  const report = labReport({
    startedAt: began.toISOString(),
    seconds: (Date.now() - began.getTime()) / 1000,
    departures: overrideLines(host.servers),
    scenarios: reports,
  });
  await writeReport(report, options);
  console.log(reportTable(report));
  console.log(`\nReport: ${options.html}, ${options.json}`);
  console.log(closingLine(report));
  if (options.keep) await stayOpen(host);
  return report.failed === 0 ? 0 : 1;
}

/**
 * Gives what failed a second chance, which counts: a machine that does other things too can be too slow for a probe once.
 * What the components do wrong, they do wrong twice.
 */
async function onceMore(
  context: Context,
  scenarios: readonly (Scenario | Experiment)[],
  options: Options,
  reports: ScenarioReport[],
): Promise<void> {
  const failed = reports.filter(({ results }) => results.some(({ passed }) => !passed)).map(({ name }) => name);
  if (failed.length === 0) return;
  const second: ScenarioReport[] = [];
  const tasks = scenarios
    .filter(({ name }) => failed.includes(name))
    .map((scenario) => scenarioTask(scenario, scenarios, options, second));
  console.log(`\nOnce more: ${failed.join(", ")}`);
  await new Listr<Context>(tasks, { ...renderer(), registerSignalListeners: false }).run(context);
  for (const report of second) {
    const index = reports.findIndex(({ name }) => name === report.name);
    const before = reports[index]?.results.filter(({ passed }) => !passed).length ?? 0;
    reports[index] = { ...report, title: `${report.title} (second run; in the first ${before} failed)` };
  }
}

/** Without a terminal: one plain line for each event. */
function renderer(): ListrBaseClassOptions<Context> {
  return { renderer: process.stdout.isTTY ? "default" : "verbose" } as ListrBaseClassOptions<Context>;
}

function labTask(host: LabHost) {
  return {
    title: "A cluster",
    task: async (context: Context, task: { output: string }) => {
      context.lab = await startLab(host, (line) => {
        task.output = line;
      });
    },
  };
}

function scenarioTask(
  scenario: Scenario | Experiment,
  all: readonly (Scenario | Experiment)[],
  options: Options,
  reports: ScenarioReport[],
) {
  return {
    title: `${scenario.name}: ${scenario.title}`,
    task: async (context: Context, task: { output: string; title: string }) => {
      if (!context.lab) throw new Error("The cluster does not run.");
      const keep = options.keep === true && scenario === all.at(-1);
      const run = "observations" in scenario ? runExperiment : runScenario;
      const report = await run(scenario as Scenario & Experiment, context.lab, listenerOf(task), keep);
      reports.push(report);
      const failed = report.results.filter((result) => !result.passed).length;
      const verdict = failed === 0 ? `${report.results.length} passed` : `${failed} of ${report.results.length} failed`;
      task.title = `${scenario.name}: ${verdict} in ${report.seconds.toFixed(0)} s`;
    },
  };
}

function listenerOf(task: { output: string }): Listener {
  return {
    step: (title) => {
      task.output = title;
    },
    result: ({ passed, observation, title, seen }) => {
      task.output = `${passed ? "passed" : "FAILED"} ${observation} ${title}: ${seen}`;
    },
  };
}

/** Leaves everything running until Ctrl-C. */
async function stayOpen(host: LabHost): Promise<void> {
  console.log(`\nThe last stack is still there. A shell with kubectl: ${host.enterCommand}\nCtrl-C ends it.`);
  const heartbeatMs = 60_000; // a timer keeps the process alive
  await new Promise(() => setInterval(() => undefined, heartbeatMs));
}
