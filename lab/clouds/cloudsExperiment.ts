import { join } from "node:path";
import { type CloudRegion, startRegion } from "../cloud/region.js";
import { openStack } from "../engine/stack.js";
import { deployedPlatform } from "../scenarios/deployedPlatform.js";
import type { Experiment } from "../scenarios/experiment.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import { Results } from "../scenarios/results.js";
import { looksOf, type Opened } from "./looks.js";
import { followPage, pages, pageTitle, walked } from "./page.js";
import { type CloudStack, cloudStacks } from "./stacks.js";

/** The stacks as their files have them, on clouds that are invented and keep the vendors' rules. */
export const cloudsExperiment: Experiment = {
  name: "clouds",
  onDemand: true,
  title: "Whole stacks on both clouds: planned, judged, deployed, interrupted, changed and destroyed",
  observations: [
    ...cloudStacks.map((whole) => ({ title: titleOf(whole), observations: looksOf(whole) })),
    ...pages.map((page) => ({ title: pageTitle(page), observations: [walked] })),
  ],
  run: async (lab, listener) => {
    const results = new Results("clouds", listener);
    const region = await startRegion(lab.host);
    for (const whole of cloudStacks) {
      results.enter(titleOf(whole));
      const opened = await openWhole(lab, region, whole);
      for (const { look, ...what } of looksOf(whole)) await results.check(what, () => look(opened));
    }
    for (const page of pages) {
      results.enter(pageTitle(page));
      await results.check(walked, () => followPage(page, lab, region));
    }
    return { results: results.all };
  },
};

function titleOf({ name, on }: CloudStack): string {
  return `${name}: ${on}`;
}

type Place = Pick<RunningLab, "host" | "pulumiHome"> & { stage: Pick<RunningLab["stage"], "outside"> };

/** Opens the stack in a cloud of its own. */
export async function openWhole(
  { host, stage, pulumiHome }: Place,
  region: CloudRegion,
  whole: CloudStack,
): Promise<Opened> {
  const cloud = await region.open(whole.name, whole.world);
  const stack = await openStack({
    name: whole.name,
    program: deployedPlatform,
    secretConfig: { secrets: JSON.stringify(await whole.secrets(stage.outside)) },
    workDir: join(host.folder, "stacks", `${whole.name}-whole`),
    kubeconfigPath: join(host.folder, "no-kubeconfig"),
    pulumiBin: host.servers.programs.pulumi,
    pulumiHome,
    env: cloud.env,
    // Nothing is killed here: a failed operation of the engine still writes its state at its end.
    checkpoints: false,
  });
  return { stack, whole, cloud, region, planned: [], reach: {} };
}
