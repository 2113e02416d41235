import { setTimeout as sleep } from "node:timers/promises";
import { mysqlAt } from "./addresses.js";
import { atRest } from "./atRest.js";
import { type Testbed, clients, drainSeconds, gateways } from "./testbed.js";
import { member, type Style } from "./styles.js";

/** What istiod does for a change is done after this time, or it waits for a proxy. */
const quietSeconds = 3;
/** A gateway that takes over a gigabyte of configuration is at it for half a minute. */
const usablePatienceSeconds = 120;
/** So long after a change an open connection is cut, or it stays. */
export const afterSeconds = 2 * drainSeconds + 2;

/** What one more database did. */
export interface Change {
  usableSeconds: number;
  istiodCpuSeconds: number;
  bystanderUpdates: number;
  restarts: number;
  servicesTouched: number;
  /** Connections to another database that were cut, of the one that was open; only where it was looked for. */
  cut?: number;
}

/**
 * Adds one more database and removes it again.
 * @param last what it did the last time; given, a connection to another database is held open meanwhile
 */
export async function addOneMore(testbed: Testbed, style: Style, size: number, last?: Change): Promise<Change> {
  const before = await stateOf(testbed);
  const held = last && hold(testbed, style, quietSeconds + 2 * last.usableSeconds + afterSeconds);
  const idle = testbed.istiodCpuSeconds();
  await sleep(quietSeconds * 1000);
  const began = testbed.istiodCpuSeconds();
  const options = ["-until", `${usablePatienceSeconds}s`];
  const usable = testbed.client(member, mysqlAt(style.host), options, (usablePatienceSeconds + 5) * 1000);
  const appliedAt = Date.now();
  const manifests = style.oneMore(size);
  await testbed.apply(manifests);
  const usableSeconds = (Number(await usable) - appliedAt) / 1000;
  await sleep(Math.max(0, quietSeconds * 1000 - (Date.now() - appliedAt)));
  const istiodCpuSeconds = toTicks(testbed.istiodCpuSeconds() - began - (began - idle));
  const after = await stateOf(testbed);
  const cut = await held;
  await testbed.remove(manifests.filter(({ kind }) => kind !== "Service"));
  await testbed.apply(style.all(size).filter(({ kind }) => kind === "Service"));
  await atRest(testbed);
  return {
    usableSeconds,
    istiodCpuSeconds: Math.max(0, istiodCpuSeconds),
    bystanderUpdates: after.updates - before.updates,
    restarts: after.pids.filter((pid, index) => pid !== before.pids[index]).length,
    servicesTouched: after.services.filter((service) => !before.services.includes(service)).length,
    ...(cut === undefined ? {} : { cut }),
  };
}

/** Keeps a connection to another database in use for so long. Returns how many were cut, of the one. */
async function hold(testbed: Testbed, { held: { from, host } }: Style, seconds: number): Promise<number> {
  const lasting = Math.ceil(seconds);
  const answered = await testbed.client(from, mysqlAt(host), ["-hold", `${lasting}s`], (lasting + 10) * 1000);
  return Number(answered) < lasting ? 1 : 0;
}

/** The kernel counts in hundredths of a second. */
const toTicks = (seconds: number): number => Math.round(seconds * 100) / 100;

/** All that one more database should leave as it is. */
async function stateOf(testbed: Testbed): Promise<{ updates: number; pids: number[]; services: string[] }> {
  const proxies = [clients.bystander, member, gateways.ours, gateways.recipe].map((who) => testbed.proxyOf(who));
  const columns = "jsonpath={range .items[*]}{.metadata.uid} {.metadata.resourceVersion}{'\\n'}{end}";
  const services = await testbed.stage.kubectl(["get", "services", "--all-namespaces", "-o", columns]);
  const updates = (await proxies[0]?.updates()) ?? NaN;
  return { updates, pids: proxies.map(({ pid }) => pid), services: services.trim().split("\n") };
}
