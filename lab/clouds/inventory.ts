import type { World } from "../cloud/inventory.js";
import type { ResourceChange } from "../engine/events.js";
import type { Finding } from "../probes/probe.js";
import type { CloudStack } from "./stacks.js";

/** Resources of the cloud as a preview names them: type and name. */
export type Planned = readonly string[];

const ofCloud = /^(gcp|alicloud):/;

export function planOf(changes: readonly ResourceChange[]): Planned {
  return changes.filter(({ type }) => ofCloud.test(type)).map(({ type, name }) => `${type} ${name}`);
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + "::".length);

/**
 * Whether the cloud holds what the first preview planned, each once and finished, and Pulumi's state knows each by its id.
 *
 * @param failures how many creations had to fail, where some had to
 */
export function inventoryAgainst(
  { planned, cloud }: { planned: Planned; cloud: { inventory: { read(): World } } },
  state: string,
  seen: string,
  failures?: number,
): Finding {
  const items = cloud.inventory.read().items.filter(({ urn }) => urn);
  const made = items.map(({ type, urn }) => `${type} ${nameOf(urn)}`);
  const known = new Map(statesOf(state).map(({ urn, id }) => [urn, id]));
  const faults = [
    ...planned.filter((each) => !made.includes(each)).map((each) => `not made: ${each}`),
    ...made.filter((each, index) => made.indexOf(each) !== index).map((each) => `made twice: ${each}`),
    ...made.filter((each) => !planned.includes(each)).map((each) => `not of the plan: ${each}`),
    ...items.filter(({ ready }) => !ready).map(({ id }) => `unfinished: ${id}`),
    ...items.filter(({ urn, id }) => known.get(urn) !== id).map(({ id }) => `orphaned: ${id}`),
    ...(failures !== undefined && failures < planned.length ? [`only ${failures} failed`] : []),
  ];
  const passed = planned.length > 0 && faults.length === 0;
  return { passed, seen: [seen, `${items.length} of ${planned.length} in the cloud`, ...faults].join("; ") };
}

function statesOf(state: string): { urn: string; id?: string }[] {
  const { checkpoint, deployment } = JSON.parse(state) as {
    checkpoint?: { latest: { resources: { urn: string; id?: string }[] } };
    deployment?: { resources: { urn: string; id?: string }[] };
  };
  return checkpoint?.latest.resources ?? deployment?.resources ?? [];
}

/** What is in the cloud after a stack is gone, beside what was there before. */
export function remaining({ world }: CloudStack, { items, peerings }: World, seen: string): Finding {
  const before = (world?.items ?? []).map(({ id }) => id);
  const left = items.map(({ id }) => id).filter((id) => !before.includes(id));
  const lost = before.filter((id) => !items.some((each) => each.id === id));
  const byDesign = peerings.length > 0 ? ["the peering with Google's network stays by design"] : [];
  const faults = [...left.map((id) => `left: ${id}`), ...lost.map((id) => `lost: ${id}`)];
  return { passed: faults.length === 0, seen: [seen, ...byDesign, ...faults].join("; ") };
}
