import type { ContainerPort } from "../model/model.js";

type Protocol = ContainerPort["protocol"];

/** The protocols that policies distinguish, in the order in which reports list them. */
export const protocols = ["TCP", "UDP", "SCTP"] as const satisfies readonly Protocol[];

/** Ports of one protocol, both ends included. */
export interface PortRange {
  protocol: Protocol;
  first: number;
  last: number;
}

export const lastPort = 65_535;
/** Each protocol has a stretch of the line of numbers on which sets are kept. */
const stretch = lastPort + 1;

/**
 * A set of ports of TCP, UDP and SCTP. Equal sets are one object, so they can be compared and looked up as such. Made by
 * `portsOf` and `PortSet.ofRanges`.
 */
export class PortSet {
  static readonly #known = new Map<string, PortSet>();

  private constructor(
    /** First and last of each run, ascending; runs neither meet nor overlap. */
    private readonly runs: readonly number[],
    /** Counts up: stands for the set in keys. */
    readonly number: number,
  ) {}

  /** @param runs Ascending pairs of ends which neither meet nor overlap. */
  private static of(runs: readonly number[]): PortSet {
    const key = runs.join();
    let set = PortSet.#known.get(key);
    if (!set) PortSet.#known.set(key, (set = new PortSet(runs, PortSet.#known.size)));
    return set;
  }

  /** The ports of all ranges. */
  static ofRanges(ranges: readonly PortRange[]): PortSet {
    const ends = ranges.flatMap(({ protocol, first, last }): (readonly [number, number])[] => {
      const start = protocols.indexOf(protocol) * stretch;
      const [low, high] = [Math.max(first, 1), Math.min(last, lastPort)];
      return start < 0 || low > high ? [] : [[start + low, start + high]];
    });
    const runs: number[] = [];
    for (const [first, last] of ends.sort(([one], [other]) => one - other)) {
      const end = runs.at(-1);
      if (end !== undefined && first <= end + 1) runs[runs.length - 1] = Math.max(end, last);
      else runs.push(first, last);
    }
    return PortSet.of(runs);
  }

  get isEmpty(): boolean {
    return this.runs.length === 0;
  }

  has(protocol: Protocol, port: number): boolean {
    const place = protocols.indexOf(protocol) * stretch + port;
    for (let at = 0; at < this.runs.length; at += 2)
      if ((this.runs[at] as number) <= place && place <= (this.runs[at + 1] as number)) return true;
    return false;
  }

  union(other: PortSet): PortSet {
    if (other === this || other.isEmpty) return this;
    return this.isEmpty ? other : PortSet.ofRanges([...this.ranges(), ...other.ranges()]);
  }

  intersect(other: PortSet): PortSet {
    if (other === this) return this;
    const common: number[] = [];
    for (let at = 0, theirs = 0; at < this.runs.length && theirs < other.runs.length;) {
      const [first, last] = [this.runs[at] as number, this.runs[at + 1] as number];
      const [low, high] = [other.runs[theirs] as number, other.runs[theirs + 1] as number];
      if (Math.max(first, low) <= Math.min(last, high)) common.push(Math.max(first, low), Math.min(last, high));
      if (last < high) at += 2;
      else theirs += 2;
    }
    return PortSet.of(common);
  }

  minus(other: PortSet): PortSet {
    if (other === this) return noPort;
    return other.isEmpty ? this : this.intersect(other.complement());
  }

  /** The ports that are not in the set. */
  complement(): PortSet {
    const gaps: PortRange[] = [];
    for (const protocol of protocols) {
      let next = 1;
      for (const { first, last } of this.ranges().filter((range) => range.protocol === protocol)) {
        gaps.push({ protocol, first: next, last: first - 1 });
        next = last + 1;
      }
      gaps.push({ protocol, first: next, last: lastPort });
    }
    return PortSet.ofRanges(gaps);
  }

  /** The ports as ranges, by protocol and number. */
  ranges(): PortRange[] {
    const found: PortRange[] = [];
    for (let at = 0; at < this.runs.length; at += 2) {
      const [first, last] = [this.runs[at] as number, this.runs[at + 1] as number];
      const protocol = protocols[Math.floor(first / stretch)] as Protocol;
      found.push({ protocol, first: first % stretch, last: last % stretch });
    }
    return found;
  }

  /** As `TCP 80, 8000-8099, UDP 53`; `all` for every port of every protocol, and `TCP` for every port of one. */
  toString(): string {
    if (this === everyPort) return "all";
    return protocols
      .flatMap((protocol) => {
        const own = this.ranges().filter((range) => range.protocol === protocol);
        if (own.length === 0) return [];
        if (own[0]?.first === 1 && own[0].last === lastPort) return [protocol];
        return [
          `${protocol} ${own.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(", ")}`,
        ];
      })
      .join(", ");
  }
}

/** No port at all. */
export const noPort = PortSet.ofRanges([]);
/** Every port of every protocol. */
export const everyPort = noPort.complement();

/** Every port of a protocol, or those from `first` to `last`. */
export function portsOf(protocol: Protocol, first = 1, last = lastPort): PortSet {
  return PortSet.ofRanges([{ protocol, first, last }]);
}

/** The ports of all sets. */
export function unionOf(sets: readonly PortSet[]): PortSet {
  const [first, ...others] = sets;
  if (!first || others.length === 0) return first ?? noPort;
  return PortSet.ofRanges(sets.flatMap((set) => set.ranges()));
}
