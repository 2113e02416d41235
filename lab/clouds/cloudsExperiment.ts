import { join } from "node:path";
import { openStack, type LabStack } from "../engine/stack.js";
import { asFinding, type ProbeResult } from "../probes/probe.js";
import { deployedPlatform } from "../scenarios/deployedPlatform.js";
import type { Experiment } from "../scenarios/experiment.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import { type Look, looks } from "./looks.js";
import { type CloudStack, cloudStacks } from "./stacks.js";

/** The stacks as their files have them, on clouds whose resources are made up. */
export const cloudsExperiment: Experiment = {
  name: "clouds",
  title: "Whole stacks on both clouds are planned, judged, and refused when they break a promise",
  observations: cloudStacks.map((whole) => ({ title: titleOf(whole), observations: looksAt(whole) })),
  run: async (lab, listener) => {
    const results: ProbeResult[] = [];
    for (const whole of cloudStacks) {
      const step = titleOf(whole);
      listener.step(step);
      const stack = await openWhole(lab, whole);
      for (const { look, observation, title, expected } of looksAt(whole)) {
        const began = performance.now();
        const finding = await look(stack, whole, lab).catch(asFinding);
        const seconds = (performance.now() - began) / 1000;
        const result = { scenario: "clouds", step, observation, title, expected, ...finding, seconds };
        results.push(result);
        listener.result(result);
      }
    }
    return { results };
  },
};

function titleOf({ name, on }: CloudStack): string {
  return `${name} on ${on}`;
}

/** What can be shown of a stack: not every one has a database. */
function looksAt({ reach }: CloudStack): readonly Look[] {
  return looks.filter(({ needsDatabase }) => reach || !needsDatabase);
}

async function openWhole({ host, stage, pulumiHome }: RunningLab, { name, secrets }: CloudStack): Promise<LabStack> {
  return openStack({
    name,
    program: deployedPlatform,
    secretConfig: { secrets: JSON.stringify(await secrets(stage.outside)) },
    workDir: join(host.folder, "stacks", `${name}-whole`),
    kubeconfigPath: stage.controlPlane.kubeconfigPath,
    pulumiBin: host.servers.programs.pulumi,
    pulumiHome,
  });
}
