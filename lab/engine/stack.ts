import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  LocalWorkspace,
  Stack,
  type EngineEvent,
  type OutputMap,
  type PulumiFn,
} from "@pulumi/pulumi/automation/index.js";
import { pulumiCommand } from "./command.js";
import { withEvents } from "./eventLog.js";
import { EngineError, Recorder, type OperationResult, type Progress } from "./events.js";
import { killEngines } from "./processes.js";

/** Operations the engine runs at once. The API server is local, so waiting, not computing, is what takes time. */
const parallel = 32;

export interface StackOptions {
  /** Stack name, and with `project` the prefix of every URN. */
  name: string;
  /** Pulumi project, which is also the namespace of the config keys. @default "mesh-egress" */
  project?: string;
  /** The same function a user's `pulumi up` runs. */
  program: PulumiFn;
  /** Config values by key, structured ones as they are. A key without a namespace is of the project. */
  config?: Record<string, unknown>;
  /** Config values the engine encrypts, by path: `secrets.password`. */
  secretConfig?: Record<string, string>;
  /** Holds the state, the settings and the engine's own files of this stack. */
  workDir: string;
  /** Where resources without an explicit provider go. */
  kubeconfigPath: string;
  /** The pulumi command. */
  pulumiBin: string;
  /** Ports of the provider processes the engine attaches to, by package; empty when plug-ins are installed. */
  providerPorts: Record<string, number>;
  /** Where installed plug-ins are, when they are used. @default a folder of the stack's own */
  pulumiHome?: string;
  /**
   * Whether the state is written after every step, as it must be to survive an interruption. Without, a stack of some
   * hundred resources is up in little more than half the time. @default true
   */
  checkpoints?: boolean;
  /** Called as resources are finished. */
  onProgress?: (progress: Progress) => void;
}

/** A stack under the real engine. Every operation tells what it did to which resource. */
export interface LabStack {
  up(): Promise<OperationResult & { outputs: OutputMap }>;
  preview(): Promise<OperationResult>;
  refresh(): Promise<OperationResult>;
  /** What a refresh would find changed, without taking it over. */
  refreshPreview(): Promise<OperationResult>;
  destroy(): Promise<OperationResult>;
  outputs(): Promise<OutputMap>;
  /** Replaces the plain config values. */
  configure(config: Record<string, unknown>): Promise<void>;
  /** The state as it lies on disk, with secrets encrypted. */
  exportState(): Promise<string>;
  /** Kills the engine in the midst of an operation, which then rejects. */
  kill(): Promise<void>;
  /** After a kill: releases the lock and drops what was pending, as a user would before the next `up`. */
  recover(): Promise<void>;
  /** Removes the stack's state and settings. */
  remove(): Promise<void>;
}

/** Opens a stack with a file backend in its own folder. Nothing is asked of any network but the providers. */
export async function openStack(options: StackOptions): Promise<LabStack> {
  const project = options.project ?? "mesh-egress";
  const stateDir = join(options.workDir, "state");
  await mkdir(stateDir, { recursive: true });
  let eventLog: string | undefined;
  const workspace = await LocalWorkspace.create({
    workDir: options.workDir,
    pulumiHome: options.pulumiHome ?? join(options.workDir, "home"),
    pulumiCommand: await pulumiCommand(options.pulumiBin, () => eventLog),
    program: options.program,
    projectSettings: { name: project, runtime: "nodejs", backend: { url: `file://${stateDir}` } },
    envVars: environment(options),
  });
  const stack = await Stack.createOrSelect(options.name, workspace);
  await configure(stack, project, options.config ?? {});
  const secrets = Object.entries(options.secretConfig ?? {});
  if (secrets.length > 0) {
    const values = secrets.map(([path, value]) => [`${project}:${path}`, { value, secret: true }]);
    await stack.setAllConfig(Object.fromEntries(values), true);
  }
  const observe: Observed = async (run) => {
    const recorder = new Recorder(options.onProgress);
    const log = (eventLog = join(options.workDir, "events.jsonl"));
    try {
      const onEvent = (event: EngineEvent) => recorder.record(event);
      const result = await recorder.watch(() => withEvents(log, onEvent, run));
      return { ...recorder.result(), result };
    } finally {
      eventLog = undefined;
    }
  };
  const observed: Observed = (run) =>
    observe(run).catch((error: unknown) => {
      if (!isUnreached(error)) throw error;
      return observe(run);
    });
  return operations(stack, project, options, observed);
}

/**
 * Whether the program never reached its engine. The SDK leaves its connections to earlier engines open; when a new engine
 * is given the port of one of them, the connection is still marked as broken. Nothing has been deployed then.
 */
function isUnreached(error: unknown): boolean {
  return error instanceof EngineError && error.message.includes("UNAVAILABLE: No connection established");
}

/** Runs an operation and collects what the engine tells about it. */
type Observed = <T>(run: () => Promise<T>) => Promise<OperationResult & { result: T }>;

function operations(stack: Stack, project: string, options: StackOptions, observed: Observed): LabStack {
  const without = ({ changes, summary, outputDiff, seconds }: OperationResult): OperationResult => ({
    changes,
    summary,
    outputDiff,
    seconds,
  });
  return {
    up: async () => {
      const done = await observed(() => stack.up({ parallel }));
      return { ...without(done), outputs: done.result.outputs };
    },
    preview: async () => without(await observed(() => stack.preview({ parallel }))),
    refresh: async () => without(await observed(() => stack.refresh({ parallel }))),
    refreshPreview: async () => without(await observed(() => stack.previewRefresh({ parallel }))),
    destroy: async () => without(await observed(() => stack.destroy({ parallel }))),
    outputs: () => stack.outputs(),
    configure: (config) => configure(stack, project, config),
    exportState: () =>
      readFile(join(options.workDir, "state", ".pulumi", "stacks", project, `${stack.name}.json`), "utf8"),
    kill: () => killEngines(options.pulumiBin, stack.name),
    recover: async () => {
      await stack.cancel();
      await stack.refresh({ parallel, clearPendingCreates: true });
    },
    remove: async () => stack.workspace.removeStack(stack.name),
  };
}

/** Writes plain values as the settings file holds them, keeping what is encrypted there. */
async function configure(stack: Stack, project: string, config: Record<string, unknown>): Promise<void> {
  const settings = await stack.workspace.stackSettings(stack.name);
  const kept = Object.entries(settings.config ?? {}).filter(([, value]) => containsSecure(value));
  const plain = Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value]);
  settings.config = Object.fromEntries([...plain, ...kept]);
  await stack.workspace.saveStackSettings(stack.name, settings);
}

function containsSecure(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "secure" in value || Object.values(value).some(containsSecure);
}

function environment(options: StackOptions): Record<string, string> {
  const ports = Object.entries(options.providerPorts).map(([name, port]) => `${name}:${port}`);
  return {
    KUBECONFIG: options.kubeconfigPath,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64url"),
    PULUMI_DEBUG_PROVIDERS: ports.join(","),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...(options.checkpoints === false ? { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" } : {}),
  };
}
