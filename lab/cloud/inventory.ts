import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** Inputs and outputs as the engine sends them, secrets unwrapped. */
export type Properties = Record<string, unknown>;

/** One resource of a cloud. */
export interface Item {
  id: string;
  type: string;
  /** The resource in Pulumi; empty for what was in the cloud before. */
  urn: string;
  inputs: Properties;
  outputs: Properties;
  /** Counts the resources of this cloud; addresses are made of it. */
  number: number;
  /** Whether its creation came to its end. */
  ready: boolean;
}

/** A cloud as it is at one moment, and what a test wants of it. */
export interface World {
  /** Where `pulumi up` runs: on the Internet in the office, there at home, or on a machine in the VPC. */
  runner: "office" | "home" | "vpc";
  /** Types, as a pattern, whose resources fail once when they are created, changed or deleted. */
  fails: { create?: string; update?: string; delete?: string };
  /** What has failed, so that it fails only once. */
  failed: string[];
  items: Item[];
  /** Networks whose peering with Google's own stays when its resource is gone, with the ranges that it holds. */
  peerings: { network: string; ranges: string[] }[];
  /** Resources made so far. */
  made: number;
}

export const emptyWorld: World = {
  runner: "office",
  fails: {},
  failed: [],
  items: [],
  peerings: [],
  made: 0,
};

/** The cloud's own memory: a file, because each operation of the engine starts the plug-in anew. */
export class Inventory {
  constructor(private readonly file: string) {}

  read(): World {
    return JSON.parse(readFileSync(this.file, "utf8")) as World;
  }

  /** Reads, changes and writes in one go: the plug-in serves many requests at once. */
  change<T>(how: (world: World) => T): T {
    const world = this.read();
    const result = how(world);
    this.write(world);
    return result;
  }

  write(world: World): void {
    writeFileSync(`${this.file}.new`, JSON.stringify(world, null, 1));
    renameSync(`${this.file}.new`, this.file);
  }
}
