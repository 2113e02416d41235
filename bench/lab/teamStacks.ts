import type { LabStack } from "../../lab/engine/stack.js";
import { onLabCluster } from "../../lab/scenarios/onLabCluster.js";
import type { Config } from "../../lab/scenarios/scenario.js";
import { databaseName } from "../generatedStack.js";
import type { Testbed } from "./testbed.js";

/** How many databases one team has. */
const databasesPerTeam = 10;

/** Settings of databases with consecutive numbers, for one client. */
export function databasesFor(namespace: string, first: number, count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    name: databaseName(first + index),
    host: `${databaseName(first + index)}.example.com`,
    protocol: "mysql",
    clients: [{ namespace, serviceAccounts: ["buyer"] }],
  }));
}

/** The same databases in many small stacks, each with a namespace of its own, on the testbed's mesh and gateway. */
export class TeamStacks {
  private readonly opened = new Map<string, LabStack>();

  constructor(private readonly testbed: Testbed) {}

  /** Brings so many databases up, stack after stack. Returns what all took together. */
  async up(databases: number): Promise<Took> {
    return this.each(databases, async (stack, config) => {
      await stack.configure(config);
      return stack.up();
    });
  }

  /** Removes so many again. */
  async destroy(databases: number): Promise<Took> {
    return this.each(databases, (stack) => stack.destroy());
  }

  private async each(databases: number, run: (stack: LabStack, config: Config) => Promise<Took>): Promise<Took> {
    let seconds = 0;
    for (let first = 0; first < databases; first += databasesPerTeam) {
      const team = `crew-${first}`;
      const config = teamConfig(team, first, Math.min(databasesPerTeam, databases - first));
      seconds += (await run(await this.stack(team), config)).seconds;
    }
    return { seconds };
  }

  private async stack(name: string): Promise<LabStack> {
    const stack = this.opened.get(name) ?? (await this.testbed.open(name));
    this.opened.set(name, stack);
    return stack;
  }
}

/** What an operation took. */
export interface Took {
  readonly seconds: number;
}

function teamConfig(namespace: string, first: number, count: number): Config {
  const config = {
    cluster: { cloud: "existing" },
    mesh: { kind: "istio", install: false },
    gateway: { install: false, tenant: namespace },
    namespaces: [{ name: namespace }],
    databases: databasesFor(namespace, first, count),
  };
  return onLabCluster(config).config;
}
