import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  LocalWorkspace,
  PulumiCommand,
  Stack,
  type EngineEvent,
  type OutputMap,
  type PulumiFn,
} from "@pulumi/pulumi/automation/index.js";
import { EngineError, Recorder, type OperationResult, type Progress } from "./events.js";
import { killEngines } from "./processes.js";

/** One for the whole run: a scenario that runs again opens the state that its first run has left. */
const passphrase = randomBytes(24).toString("base64url");

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
  /** Where plug-ins are installed. */
  pulumiHome: string;
  /**
   * Whether the state is written after every step, as it must be to survive an interruption. Without, a stack of some
   * hundred resources is up in little more than half the time. @default true
   */
  checkpoints?: boolean;
  /** Variables of the engine and its plug-ins besides. @default none */
  env?: Record<string, string>;
  /** Called as resources are finished. */
  onProgress?: (progress: Progress) => void;
}

/** A stack under the real engine. Every operation tells what it did to which resource. */
export interface LabStack {
  /** @param options `continueOnError`: what does not depend on a resource that failed is deployed all the same */
  up(options?: { continueOnError?: boolean }): Promise<OperationResult & { outputs: OutputMap }>;
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
  const workspace = await LocalWorkspace.create({
    workDir: options.workDir,
    pulumiHome: options.pulumiHome,
    // The Automation API wants the folder above `bin`.
    pulumiCommand: await PulumiCommand.get({ root: dirname(dirname(options.pulumiBin)) }),
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
  return operations(stack, project, options);
}

/**
 * Whether the program never reached its engine. The SDK leaves its connections to earlier engines open; when a new engine
 * is given the port of one of them, the connection is still marked as broken. Nothing has been deployed then.
 */
function isUnreached(error: unknown): boolean {
  return error instanceof EngineError && error.message.includes("UNAVAILABLE: No connection established");
}

/** What every operation is given. */
interface Operating {
  parallel: number;
  onEvent: (event: EngineEvent) => void;
}

function operations(stack: Stack, project: string, options: StackOptions): LabStack {
  const once = async <T>(
    operation: (how: Operating) => Promise<T>,
  ): Promise<{ returned: T; result: OperationResult }> => {
    const recorder = new Recorder(options.onProgress);
    const how = { parallel, onEvent: (event: EngineEvent) => recorder.record(event) };
    const returned = await recorder.watch(() => operation(how));
    return { returned, result: recorder.result() };
  };
  const observed: typeof once = (operation) =>
    once(operation).catch((error: unknown) => {
      if (!isUnreached(error)) throw error;
      return once(operation);
    });
  return {
    up: async (options) => {
      const { returned, result } = await observed((how) => stack.up({ ...how, ...options }));
      return { ...result, outputs: returned.outputs };
    },
    preview: async () => (await observed((how) => stack.preview(how))).result,
    refresh: async () => (await observed((how) => stack.refresh(how))).result,
    refreshPreview: async () => (await observed((how) => stack.previewRefresh(how))).result,
    destroy: async () => (await observed((how) => stack.destroy(how))).result,
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

/** The engine asks no server for updates and plug-ins, and takes only those of its PULUMI_HOME. */
export const offline = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
};

function environment(options: StackOptions): Record<string, string> {
  return {
    ...offline,
    KUBECONFIG: options.kubeconfigPath,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    ...(options.checkpoints === false ? { PULUMI_SKIP_CHECKPOINTS: "true" } : {}),
    ...options.env,
  };
}
