import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { asFinding, type Finding, type ProbeResult } from "../probes/probe.js";
import type { Experiment } from "../scenarios/experiment.js";
import type { Observation } from "../scenarios/observations.js";
import { userCommand, type UserCommand } from "./userCommand.js";

const stack = "local";

interface Look extends Observation {
  look(pulumi: UserCommand): Promise<Finding>;
}

/** In this order: the second changes the stack's file. */
const looks: Look[] = [
  {
    observation: "preview",
    title: "pulumi preview runs index.ts as it stands and shows who reaches what as a stack output",
    expected: "shop/orders through the gateway",
    look: async (pulumi) => {
      const { exitCode, output } = await pulumi.run("preview", "--stack", stack);
      const line = lineOf(output, "shop/orders -> orders.db.example.com:5432");
      return { passed: exitCode === 0 && line.includes("gateway"), seen: line || output, evidence: output };
    },
  },
  {
    observation: "promise",
    title: "a promise the stack breaks fails the preview before anything is planned",
    expected: "refused, with the pair",
    look: async (pulumi) => {
      await promiseTheImpossible(join(pulumi.folder, "stacks", `Pulumi.${stack}.yaml`));
      const { exitCode, output } = await pulumi.run("preview", "--stack", stack);
      const line = lineOf(output, "shop/stock -> orders.db.example.com:5432");
      const planned = output.includes("ServiceEntry platform-");
      return { passed: exitCode !== 0 && line !== "" && !planned, seen: line || output, evidence: output };
    },
  },
];

/** The command a user types, and not the Automation API: Pulumi.yaml, index.ts and stack file as they stand. */
export const commandExperiment: Experiment = {
  name: "command",
  title: "pulumi preview, as a user types it, needs no build step",
  observations: [{ observations: looks }],
  run: async (ground, listener) => {
    const pulumi = await userCommand(ground);
    const results: ProbeResult[] = [];
    try {
      await pulumi.run("stack", "init", stack);
      for (const { look, ...what } of looks) {
        const began = performance.now();
        const finding = await look(pulumi).catch(asFinding);
        const seconds = (performance.now() - began) / 1000;
        const result = { scenario: "command", step: "preview", ...what, ...finding, seconds };
        results.push(result);
        listener.result(result);
      }
    } finally {
      await pulumi.close();
    }
    return { results };
  },
};

function lineOf(output: string, text: string): string {
  return (
    output
      .split("\n")
      .find((line) => line.includes(text))
      ?.trim() ?? ""
  );
}

async function promiseTheImpossible(file: string): Promise<void> {
  const document = parse(await readFile(file, "utf8")) as { config: Record<string, unknown> };
  const promise = { from: { serviceAccount: "stock" }, to: { database: "orders" }, expect: "gateway" };
  document.config["mesh-egress:access"] = { assert: [promise] };
  await writeFile(file, stringify(document));
}
