import { everyPort, noPort, unionOf, type PortSet } from "./portSet.js";

/** What happens on every port of a pair: it is blocked on those that are in neither set. Equal answers are one object. */
export interface PortAnswer {
  readonly open: PortSet;
  /** Ports on which something decides that is not known. */
  readonly unknown: PortSet;
  /** Counts up: stands for the answer in keys. */
  readonly number: number;
}

const answers = new Map<string, PortAnswer>();

/** The answer with these ports. */
export function portAnswer(open: PortSet, unknown: PortSet): PortAnswer {
  const certain = unknown.minus(open);
  const key = `${open.number} ${certain.number}`;
  let answer = answers.get(key);
  if (!answer) answers.set(key, (answer = { open, unknown: certain, number: answers.size }));
  return answer;
}

/** Every port is open. */
export const everythingOpen = portAnswer(everyPort, noPort);

/** It is blocked on every port. */
export function isClosed({ open, unknown }: PortAnswer): boolean {
  return open.isEmpty && unknown.isEmpty;
}

const both = new Map<number, PortAnswer>();

/** The ports that are open by both answers; those that are blocked by one are blocked. */
export function openByBoth(one: PortAnswer, other: PortAnswer): PortAnswer {
  if (one === everythingOpen || one === other) return other;
  if (other === everythingOpen) return one;
  const key = one.number * 2 ** 26 + other.number;
  let answer = both.get(key);
  if (!answer) {
    const possible = one.open.union(one.unknown).intersect(other.open.union(other.unknown));
    both.set(key, (answer = portAnswer(one.open.intersect(other.open), possible)));
  }
  return answer;
}

const unions = new Map<string, PortAnswer>();

/** The ports that are open by one of the answers. */
export function openByAny(all: readonly PortAnswer[]): PortAnswer {
  const distinct = [...new Set(all)];
  const key = distinct.map(({ number }) => number).join();
  let answer = unions.get(key);
  if (!answer) {
    answer = portAnswer(unionOf(distinct.map(({ open }) => open)), unionOf(distinct.map(({ unknown }) => unknown)));
    unions.set(key, answer);
  }
  return answer;
}
