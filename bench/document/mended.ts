import type { PartReport, Report } from "../figures.js";
import { operationNames, operationsTitle } from "../lab/operations.js";
import { ourStyle, titles } from "../lab/sidecarReport.js";
import { growthOf, mediansBySize } from "./growth.js";

/** Something wasteful that a measurement showed, and what mending it bought. */
interface Mended {
  readonly what: string;
  /** The commit that mended it; on the one before it the same part of the benchmark shows the former figure. */
  readonly commit: string;
  readonly before: string;
  readonly after: string;
}

const mended: Mended[] = [
  {
    what: "Access analysis, 5,000 workloads: every path asked anew which policies govern the gateway, and callers with equal answers were not recognised as equal",
    commit: "3e4e87d",
    before: "14.4 s of CPU, 1,053 MiB",
    after: "5.1 s of CPU, 332 MiB",
  },
  {
    what: "A new MariaDB connection through two gateway pods: neither resumes a TLS session of the other, and Istio's keys are RSA",
    commit: "79fcdc7",
    before: "2.75 ms, 2.01 ms of CPU",
    after: "2.00 ms, 1.53 ms of CPU",
  },
];

/** The section on what measuring was good for. */
export function mendedSection({ parts }: Report): string[] {
  const rows = [
    ...mended,
    ...(parts.sidecars ? callersPolicies(parts.sidecars) : []),
    ...(parts.lifecycle ? stacksOfTen(parts.lifecycle) : []),
  ];
  return [
    "## What measuring has mended",
    "",
    "| what was wasteful | before | after | commit |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ what, before, after, commit }) => `| ${what} | ${before} | ${after} | ${commit} |`),
    "",
  ];
}

/** Both ways can still be chosen, so both are measured anew each time. */
function callersPolicies(sidecars: PartReport): Mended[] {
  const [before, after] = (["perDatabase", "shared"] as const).map((policy) => {
    const [configuration, memory] = [titles.gatewayConfiguration, titles.gatewayMemory].map((title) =>
      mediansBySize(growthOf(sidecars, title), ourStyle(policy)),
    );
    return { configuration, memory };
  });
  const size = [...(before?.configuration?.keys() ?? [])].filter((each) => after?.configuration?.has(each)).at(-1);
  if (size === undefined) return [];
  const formatted = (each: typeof before): string =>
    `${((each?.configuration?.get(size) ?? NaN) / 1024).toFixed(1)} MiB of configuration, ${(each?.memory?.get(size) ?? NaN).toFixed(0)} MiB of memory`;
  return [
    {
      what: `Gateway, ${size.toLocaleString("en")} databases: each database's policy stands in every database's filter chain; \`gateway.callersPolicy: shared\` writes one policy instead`,
      commit: "89f37fa",
      before: formatted(before),
      after: formatted(after),
    },
  ];
}

/** One stack is still what most have, so both are measured anew each time. */
function stacksOfTen(lifecycle: PartReport): Mended[] {
  const [before, after] = [operationNames.up, operationNames.upInTens].map((name) =>
    [...mediansBySize(growthOf(lifecycle, operationsTitle), name)].at(-1),
  );
  if (!before || !after || before[0] !== after[0]) return [];
  const formatted = ([, seconds]: [number, number]): string => `${seconds.toFixed(0)} s`;
  return [
    {
      what: `\`up\` of ${before[0]} databases: the engine writes the state of one stack twice for each resource; \`gateway.install: false\` lets teams have stacks of their own on one gateway, here of ten databases each`,
      commit: "5860f74",
      before: formatted(before),
      after: formatted(after),
    },
  ];
}
