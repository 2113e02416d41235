import type { EngineEvent, OpMap, OpType } from "@pulumi/pulumi/automation/index.js";

/** One resource the engine changes, or would change. */
export interface ResourceChange {
  urn: string;
  /** `kubernetes:core/v1:ConfigMap` */
  type: string;
  /** The resource's name in the program. */
  name: string;
  op: OpType;
  /** Changed properties with what happens to them: `{ "data.color": "update" }`. */
  paths: Record<string, string>;
}

export interface OperationResult {
  /** Every resource that does not stay as it is. */
  changes: ResourceChange[];
  /** Resources by operation, those that stay included. */
  summary: OpMap;
  /** The stack's outputs before and after; what a preview cannot know yet is left out. */
  outputDiff: { before: Record<string, unknown>; after: Record<string, unknown> };
  seconds: number;
}

/** How far an operation is. */
export interface Progress {
  /** Resources finished so far, unchanged ones included. */
  finished: number;
  /** Names of the resources the engine is working on. */
  inProgress: string[];
}

/** An operation of the engine that failed, with what the engine reported. */
export class EngineError extends Error {
  constructor(
    readonly diagnostics: string[],
    cause: Error,
    /** What it had changed by then. */
    readonly changes: readonly ResourceChange[] = [],
  ) {
    super(briefest(diagnostics).join("\n") || cause.message, { cause });
  }
}

/** Collects the engine's events of one operation. */
export class Recorder {
  private readonly changes = new Map<string, ResourceChange>();
  private readonly inProgress = new Set<string>();
  private readonly diagnostics: string[] = [];
  private readonly started = Date.now();
  private summary: OpMap = {};
  private outputDiff: OperationResult["outputDiff"] = { before: {}, after: {} };
  private finished = 0;

  constructor(private readonly onProgress: ((progress: Progress) => void) | undefined) {}

  record(event: EngineEvent): void {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
    if (resourcePreEvent) this.inProgress.add(resourcePreEvent.metadata.urn);
    const ended = resOutputsEvent ?? resOpFailedEvent;
    if (ended) {
      this.inProgress.delete(ended.metadata.urn);
      this.finished++;
    }
    if (resOutputsEvent) this.addChange(resOutputsEvent.metadata);
    if (resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack") this.takeOutputs(resOutputsEvent.metadata);
    if (diagnosticEvent?.severity === "error") this.diagnostics.push(withoutColor(diagnosticEvent.message).trim());
    if (summaryEvent) this.summary = summaryEvent.resourceChanges;
    if (ended || resourcePreEvent) {
      this.onProgress?.({ finished: this.finished, inProgress: [...this.inProgress].map(nameOf) });
    }
  }

  async watch<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw new EngineError(this.diagnostics, error as Error, [...this.changes.values()]);
    }
  }

  result(): OperationResult {
    const seconds = (Date.now() - this.started) / 1000;
    return { changes: [...this.changes.values()], summary: this.summary, outputDiff: this.outputDiff, seconds };
  }

  private takeOutputs({ old, new: next }: NonNullable<EngineEvent["resOutputsEvent"]>["metadata"]): void {
    this.outputDiff = { before: old?.outputs ?? {}, after: next?.outputs ?? {} };
  }

  private addChange({ urn, type, op, detailedDiff }: NonNullable<EngineEvent["resOutputsEvent"]>["metadata"]): void {
    if (op === "same" || op === "refresh" || op === "read") return;
    const paths = Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind]);
    this.changes.set(`${urn} ${op}`, { urn, type, name: nameOf(urn), op, paths: Object.fromEntries(paths) });
  }
}

/** The engine reports a program's error twice, once with its stack trace. */
function briefest(diagnostics: string[]): string[] {
  return diagnostics.filter((text) => !diagnostics.some((other) => other !== text && text.includes(other)));
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + "::".length);
}

/** Diagnostics carry the engine's colour directives: `<{%reset%}>`. */
function withoutColor(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, "");
}
