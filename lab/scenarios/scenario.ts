import type { LabStack } from "../engine/stack.js";
import type { OperationResult } from "../engine/events.js";
import type { MachineName, Outside } from "../outside/outside.js";
import type { Probe } from "../probes/probe.js";
import type { FixtureNamespace } from "./fixtures.js";
import type { Stage } from "./stage.js";

/** Values of the project's own config keys. */
export type Config = Record<string, unknown>;

/** What is to be proven of one stack. */
export interface Scenario {
  /** The stack's name. */
  readonly name: string;
  readonly title: string;
  /** The stack's config as its file has it. */
  readonly config: () => Config;
  /** Values of the stack's secrets. */
  readonly secrets: (outside: Outside) => Promise<Record<string, string>>;
  /** Machines outside that the stack's workloads talk to. */
  readonly machines: readonly MachineName[];
  /** Workloads that are not part of the stack: unauthorized clients and attackers. */
  readonly fixtures: readonly FixtureNamespace[];
  readonly steps: readonly Step[];
  /**
   * Whether the engine writes its state after every step, as it does for a user. @default true
   */
  readonly checkpoints?: boolean;
  /** One changed setting, and the only resources it may change. */
  readonly change: Change;
}

/** A state of stack and world, and what is seen in it. */
export interface Step {
  readonly title: string;
  /** A variation of the stack's config. @default the config as its file has it */
  readonly config?: (config: Config) => Config;
  /** How the step's config is brought up, where a fault is to strike meanwhile. @default one undisturbed `up` */
  readonly up?: (stack: LabStack, stage: Stage) => Promise<OperationResult>;
  /** What happens before the probes look. */
  readonly act?: (stage: Stage) => Promise<void>;
  readonly probes: readonly Probe[];
}

export interface Change {
  readonly title: string;
  readonly config: (config: Config) => Config;
  /** What may change, as `operation kind name`; each must occur. */
  readonly expect: readonly RegExp[];
}
