import type { LabStack } from "../engine/stack.js";
import type { OperationResult } from "../engine/events.js";
import type { Stage, Who } from "../scenarios/stage.js";
import { QueryStream } from "./queryStream.js";
import type { StreamEvent } from "./streamReport.js";

/** A client's connections to several databases, open while the stack changes. */
export class OpenConnections<Name extends string> {
  private readonly streams = new Map<Name, QueryStream>();
  private changed = 0;

  constructor(
    private readonly client: Who,
    private readonly hosts: Readonly<Record<Name, string>>,
  ) {}

  /** Opens them, then changes the stack. */
  readonly up = async (stack: LabStack, stage: Stage): Promise<OperationResult> => {
    const hosts = Object.entries<string>(this.hosts) as [Name, string][];
    await Promise.all(
      hosts.map(async ([name, host]) => this.streams.set(name, await QueryStream.start(stage, this.client, host))),
    );
    const result = await stack.up();
    this.changed = Date.now();
    return result;
  };

  /** When the stack had changed, in milliseconds since 1970. */
  get changedAt(): number {
    return this.changed;
  }

  to(name: Name): QueryStream {
    const stream = this.streams.get(name);
    if (!stream) throw new Error("The connection was never opened: the step's up did not run.");
    return stream;
  }

  /** How long after the change it happened, in seconds. */
  sinceChange({ at }: StreamEvent): string {
    return ((at - this.changed) / 1000).toFixed(1);
  }
}
