import { setTimeout as sleep } from "node:timers/promises";
import { blueprintOf, judgedManifests } from "../../components/blueprint.js";
import { loadSettings } from "../../settings/load.js";
import { StackAgreement } from "../agreement/stackAgreement.js";
import type { LabStack } from "../engine/stack.js";
import { QueryStream } from "../faults/queryStream.js";
import { connectionsIn, firstFailure } from "../faults/streamReport.js";
import type { Finding, ProbeResult } from "../probes/probe.js";
import { apiListing } from "../scenarios/apiListing.js";
import type { Experiment } from "../scenarios/experiment.js";
import { deleted, deployed, noChange, remains } from "../scenarios/operationFindings.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import { everyStack } from "../scenarios/observations.js";
import { type Listener, Results } from "../scenarios/results.js";
import type { Config } from "../scenarios/scenario.js";
import { settled } from "../scenarios/settled.js";
import { probes } from "./probes.js";
import { depot, drainSeconds, oneStack, platformConfig, shop, teamConfig, teams } from "./teamsSetting.js";
import { standing, untouched } from "./untouched.js";

/** A connection that a change ended would be gone after the drain time; istiod's debounce comes on top. */
const watchedSeconds = drainSeconds + 3;

const observation = "stack";
const agree = "every probe agrees";
const looks = {
  platform: everyStack.up("the platform: mesh and gateway, and no database"),
  shop: everyStack.up("shop: its database on the platform's gateway"),
  depot: everyStack.up("depot: another database, of the same name and port"),
  alone: { observation, title: "what each team's stack predicts by itself, before it is there", expected: agree },
  together: { observation, title: "what the three stacks' rendered manifests predict together", expected: agree },
  live: everyStack.agreement,
  refresh: {
    observation,
    title: "a refresh of each of the three stacks",
    expected: "no change: none writes another's",
  },
  left: { observation: "d", title: "depot is destroyed", expected: "every resource is deleted" },
  removed: {
    observation: "d",
    title: "what is left of depot, in the gateway's namespace too",
    expected: "nothing",
  },
  untouched: {
    observation: "d",
    title: "the objects of the platform and of shop, after depot came and left",
    expected: "as they were",
  },
  connected: {
    observation: "d",
    title: "shop's open connection, while depot came and left",
    expected: `the same connection, ${watchedSeconds} s after depot left`,
  },
  destroyed: { ...everyStack.destroy, expected: "every resource of shop and of the platform is deleted" },
  remains: everyStack.remains,
};

const steps = {
  up: "a platform, and two teams on its gateway",
  leaves: "one team destroys its stack, while the other is connected",
  destroy: "destroy",
};

/** Three stacks on one gateway: a platform's, and one for each of two teams. */
export const teamsExperiment: Experiment = {
  name: "teams",
  title: "Teams bring databases in stacks of their own to a gateway another stack owns, and none touches another's",
  observations: [
    {
      title: steps.up,
      observations: [
        looks.platform,
        looks.shop,
        looks.depot,
        ...probes,
        looks.alone,
        looks.together,
        looks.live,
        looks.refresh,
      ],
    },
    {
      title: steps.leaves,
      observations: [looks.left, looks.removed, looks.untouched, looks.connected],
    },
    { title: steps.destroy, observations: [looks.destroyed, looks.remains] },
  ],
  run: async (lab, listener, keep) => {
    const run = new TeamsRun(lab, listener);
    await run.all(keep);
    return { results: run.results.all };
  },
};

class TeamsRun {
  readonly results: Results;

  constructor(
    private readonly lab: RunningLab,
    listener: Listener,
  ) {
    this.results = new Results("teams", listener);
  }

  async all(keep: boolean): Promise<void> {
    const { stage } = this.lab;
    await stage.outside.admitEverybody();
    const before = await apiListing(stage.kubectl);
    const open = (name: string) => this.lab.open({ name }, {});
    const [platform, ofShop, ofDepot] = await Promise.all([
      open("platform"),
      open(shop.name),
      open(depot.name),
      stage.outside.start(teams.map(({ machine }) => machine)),
    ]);
    this.results.enter(steps.up);
    const isUp =
      (await this.up(looks.platform, platform, platformConfig)) &&
      (await this.up(looks.shop, ofShop, teamConfig(shop)));
    try {
      if (isUp) await this.besideDepot(ofDepot, [platform, ofShop]);
    } finally {
      if (!keep) await this.removal([ofDepot, ofShop, platform], before);
    }
  }

  /** Depot comes and leaves, and shop is connected all the time. */
  private async besideDepot(ofDepot: LabStack, others: readonly LabStack[]): Promise<void> {
    const { stage } = this.lab;
    await settled(stage);
    const [listing, objects] = [await apiListing(stage.kubectl), await standing(stage.kubectl)];
    const stream = await QueryStream.start(stage, shop.client, shop.host);
    if (await this.up(looks.depot, ofDepot, teamConfig(depot))) {
      await settled(stage);
      await this.agreements(await this.results.probe(probes, stage));
      await this.results.check(looks.refresh, async () => unchanged([...others, ofDepot]));
    }

    this.results.enter(steps.leaves);
    await this.results.check(looks.left, async () => deleted(await ofDepot.destroy()));
    const leftAt = Date.now();
    await this.results.check(looks.removed, async () => remains(listing, await apiListing(stage.kubectl)));
    await this.results.check(looks.untouched, async () => untouched(objects, await standing(stage.kubectl)));
    await this.results.check(looks.connected, () => stillConnected(stream, leftAt));
  }

  private up(what: (typeof looks)[keyof typeof looks], stack: LabStack, config: Config): Promise<boolean> {
    return this.results.check(what, async () => {
      await stack.configure(config);
      return deployed(await stack.up());
    });
  }

  /** The same probes held against what each stack knew by itself, what all three render, and what stands there. */
  private async agreements(seen: readonly ProbeResult[]): Promise<void> {
    const { stage } = this.lab;
    const [alone, together, live] = [new StackAgreement(stage), new StackAgreement(stage), new StackAgreement(stage)];
    for (const team of teams) {
      const own = seen.filter(({ connection }) => connection?.from.namespace === team.client.namespace);
      await alone.hold(teamConfig(team), own, judged(teamConfig(team)));
    }
    await together.hold(oneStack, seen, [platformConfig, ...teams.map(teamConfig)].flatMap(rendered));
    await live.hold(oneStack, seen);
    await this.results.check(looks.alone, async () => alone.finding());
    await this.results.check(looks.together, async () => together.finding());
    await this.results.check(looks.live, async () => live.finding());
  }

  /** The platform last, as whoever stands on another. */
  private async removal(stacks: readonly LabStack[], before: Set<string>): Promise<void> {
    this.results.enter(steps.destroy);
    await this.results.check(looks.destroyed, async () => {
      const findings: Finding[] = [];
      for (const stack of stacks) findings.push(deleted(await stack.destroy()));
      return { passed: true, seen: findings.map(({ seen }) => seen).join("; ") };
    });
    const { kubectl } = this.lab.stage;
    await this.results.check(looks.remains, async () => remains(before, await apiListing(kubectl)));
  }
}

const blueprint = (config: Config) => blueprintOf(loadSettings(config));
const judged = (config: Config) => judgedManifests(blueprint(config));
const rendered = (config: Config) => blueprint(config).manifests;

async function unchanged(stacks: readonly LabStack[]): Promise<Finding> {
  const findings = await Promise.all(stacks.map(async (stack) => noChange(await stack.refreshPreview())));
  return { passed: findings.every(({ passed }) => passed), seen: findings.map(({ seen }) => seen).join("; ") };
}

async function stillConnected(stream: QueryStream, leftAt: number): Promise<Finding> {
  await sleep(Math.max(0, leftAt + watchedSeconds * 1000 - Date.now()));
  const events = await stream.stop();
  const [count, failure] = [connectionsIn(events), firstFailure(events)];
  const seen = failure
    ? `${count} connections, first failure ${((failure.at - leftAt) / 1000).toFixed(1)} s after depot left`
    : `${count} connection${count === 1 ? "" : "s"}, no failure`;
  return { passed: count === 1 && failure === undefined, seen };
}
