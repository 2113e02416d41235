import { readFile } from "node:fs/promises";
import type { Goal } from "../figures.js";
import { median, quantile, ratio, ratios } from "../statistics.js";
import { type Testbed, gateways, recipeGatewayManifests } from "./testbed.js";
import type { TestbedPart } from "./testbedPart.js";
import { addVariants, removeVariants, settingsRace, wayThrough } from "./gatewayVariants.js";
import {
  type AspectName,
  type Race,
  raceFigures,
  runRaces,
  samplesOf,
  sliceMs,
  type Slices,
  type Way,
} from "./slices.js";
import { caSecret, mongoDatabases, mongoRecipes, mtls, plainRace, recipePorts, tlsMtls, tlsRace } from "./ways.js";

const allTurns = 10;
const tolerance = 1.05;
/** What a setting must change to be worth a sentence, and in most of the turns. */
const worthTelling = 0.05;

/** The path of a connection: what it costs to go through sidecar and gateway. */
export const datapathPart: TestbedPart = {
  name: "datapath",
  title: "The path of a connection",
  minutes: 11,
  method:
    "One MariaDB server and one server of MongoDB's protocol outside the mesh, and the same client program in every way " +
    "to them: the documents' recipes, our traffic modes, a sidecar without a gateway, no mesh. The recipe's gateway is a " +
    "Deployment like ours, so that what differs is how traffic is led. Each kind of work runs for " +
    `${sliceMs} ms on each way in turn, up to ${allTurns} times over, and the order of the ways is turned round each time; ` +
    "ratios compare slices of one turn. Proxy CPU is that of sidecar and gateway together. MongoDB's driver opens two " +
    "connections each time, one of them to watch the server. The settings are tried on gateways of their own beside each " +
    "other, each with one thing changed that Istio's API or a pod's annotations can set. Two gateway pods share the " +
    "machine's cores with everything else, so they cannot show more throughput here, only what a second pod costs.",
  run: async (testbed, bench) => {
    const turns = bench.repeats(allTurns);
    const { slices, turns: done } = await onAllWays(testbed, bench.tell, () =>
      runRaces(testbed, [plainRace, tlsRace, settingsRace], turns, bench),
    );
    const of = (race: Race): Slices => slices.get(race) ?? new Map();
    const all: AspectName[] = ["latency", "slowest", "throughput", "cpu"];
    return {
      figures: [
        ...raceFigures(plainRace, of(plainRace), all),
        ...raceFigures(tlsRace, of(tlsRace), all),
        ...raceFigures(settingsRace, of(settingsRace), ["latency", "throughput", "cpu"]),
      ],
      goals: [...goals(plainRace, of(plainRace), mtls), ...goals(tlsRace, of(tlsRace), tlsMtls)],
      notes: [...settingsNotes(of(settingsRace)), ...(done < turns ? [`${done} of ${turns} turns were made.`] : [])],
    };
  },
};

/** The parts that follow need the testbed as it was, also when something fails here. */
async function onAllWays<T>(testbed: Testbed, tell: (line: string) => void, run: () => Promise<T>): Promise<T> {
  try {
    await addWays(testbed);
    tell("every way and every gateway is ready");
    return await run();
  } finally {
    await removeWays(testbed);
  }
}

async function addWays(testbed: Testbed): Promise<void> {
  await Promise.all([testbed.stage.outside.start(["mongo"]), testbed.configure({ databases: mongoDatabases })]);
  await testbed.stage.kubectl(["apply", "--server-side", "-f", "-"], {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: caSecret, namespace: gateways.ours.namespace },
    stringData: { "ca.crt": await readFile(testbed.stage.outside.caFile, "utf8") },
  });
  await testbed.apply([...recipeGatewayManifests(recipePorts), ...mongoRecipes()]);
  await addVariants(testbed);
}

async function removeWays(testbed: Testbed): Promise<void> {
  await removeVariants(testbed);
  await testbed.remove(mongoRecipes());
  await testbed.apply(recipeGatewayManifests(recipePorts.slice(0, 1)));
  await testbed.configure();
}

function goals(race: Race, slices: Slices, ours: Way): Goal[] {
  return race.works.map((work) => {
    const [own, theirs] = [ours, race.baseline].map((way) => samplesOf(slices, work, way, "latency")) as [
      number[],
      number[],
    ];
    const times = ratio(own, theirs);
    return {
      text: `${ours.name} is not slower than the recipe, within 5 %: ${work.name}`,
      measured: `×${times.toFixed(2)} (${median(own).toFixed(2)} ms, recipe ${median(theirs).toFixed(2)} ms)`,
      met: times <= tolerance,
    };
  });
}

/** What each setting bought or cost. */
function settingsNotes(slices: Slices): string[] {
  const { ways, baseline } = settingsRace;
  const changed = ways.filter((way) => way !== baseline);
  const [ecdsa, rsa] = [wayThrough("pair-ecdsa"), wayThrough("pair-rsa")];
  return [
    ...changed.map((way) => `${way.name}, beside the gateway ${baseline.name}: ${effects(slices, way, baseline)}.`),
    `${ecdsa.name}, beside ${rsa.name}: ${effects(slices, ecdsa, rsa)}.`,
  ];
}

/** Where one way differs from another by more than turns differ among themselves. */
function effects(slices: Slices, way: Way, other: Way): string {
  const aspects: [AspectName, string][] = [
    ["latency", "latency"],
    ["cpu", "CPU"],
  ];
  const reported = settingsRace.works.flatMap((work) =>
    aspects.flatMap(([aspect, word]) => {
      const turns = ratios(samplesOf(slices, work, way, aspect), samplesOf(slices, work, other, aspect));
      const times = median(turns);
      const isClear = quantile(turns, 0.25) > 1 || quantile(turns, 0.75) < 1;
      return isClear && Math.abs(times - 1) >= worthTelling ? [`${word} ×${times.toFixed(2)} (${work.name})`] : [];
    }),
  );
  return reported.length > 0 ? reported.join(", ") : "no clear difference of 5 % or more";
}
