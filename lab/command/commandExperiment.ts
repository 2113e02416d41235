import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readYaml, writeYaml } from "mesh-access/yaml";
import { chartRepository } from "../mesh/chartRepository.js";
import { asFinding, type Finding, type ProbeResult } from "../probes/probe.js";
import type { Experiment } from "../scenarios/experiment.js";
import type { Observation } from "../scenarios/observations.js";
import { userCommand, type UserCommand } from "./userCommand.js";

const stack = "local";

interface Look extends Observation {
  look(pulumi: UserCommand): Promise<Finding>;
}

/** In this order: the second and the third change the stack's file. */
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
      await rewrite(pulumi, { access: { assert: [impossible] } });
      const { exitCode, output } = await pulumi.run("preview", "--stack", stack);
      const line = lineOf(output, "shop/stock -> orders.db.example.com:5432");
      const planned = output.includes("ServiceEntry platform-");
      return { passed: exitCode !== 0 && line !== "" && !planned, seen: line || output, evidence: output };
    },
  },
  {
    observation: "tenant",
    title: "the preview of a stack on another's gateway plans no gateway and says what its verdicts assume",
    expected: "one sentence, and shop/orders through the gateway",
    look: async (pulumi) => {
      const mesh = { kind: "istio", install: false };
      await rewrite(pulumi, { mesh, gateway: { install: false, tenant: "shop" }, access: {} });
      const { exitCode, output } = await pulumi.run("preview", "--stack", stack);
      const assumed = lineOf(output, "belongs to another stack");
      const reaches = lineOf(output, "shop/orders -> orders.db.example.com:5432").includes("gateway");
      const planned = output.includes("EgressGateway");
      return {
        passed: exitCode === 0 && assumed !== "" && reaches && !planned,
        seen: assumed || output,
        evidence: output,
      };
    },
  },
];

/**
 * The command a user types, and not the Automation API: Pulumi.yaml, index.ts and stack file as they stand, but for the
 * repository of Istio's charts.
 */
export const commandExperiment: Experiment = {
  name: "command",
  title: "pulumi preview, as a user types it, needs no build step",
  observations: [{ observations: looks }],
  run: async (lab, listener) => {
    const pulumi = await userCommand(lab);
    const results: ProbeResult[] = [];
    await pulumi.run("stack", "init", stack);
    await rewrite(pulumi, { mesh: { kind: "istio", repository: chartRepository } });
    for (const { look, ...what } of looks) {
      const began = performance.now();
      const finding = await look(pulumi).catch(asFinding);
      const seconds = (performance.now() - began) / 1000;
      const result = { scenario: "command", step: "preview", ...what, ...finding, seconds };
      results.push(result);
      listener.result(result);
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

const impossible = { from: { serviceAccount: "stock" }, to: { database: "orders" }, expect: "gateway" };

/** Gives keys of the stack's file other values. */
async function rewrite({ folder }: UserCommand, changed: Record<string, object>): Promise<void> {
  const file = join(folder, "stacks", `Pulumi.${stack}.yaml`);
  const document = readYaml(await readFile(file, "utf8"), undefined, "pulumi").value as {
    config: Record<string, unknown>;
  };
  for (const [key, value] of Object.entries(changed)) document.config[`mesh-egress:${key}`] = value;
  await writeFile(file, writeYaml(document));
}
