import { stat } from "node:fs/promises";
import { Option, type Command } from "commander";
import { analyse } from "../analyse.js";
import { InputError } from "../input/inputError.js";
import { readCluster, type Cluster } from "../input/kubectl.js";
import { loadManifests } from "../input/load.js";
import { message } from "../messages/index.js";
import type { Analysis, AnalysisOptions, Assertion, KubernetesObject, Manifests, Source } from "../model/model.js";
import type { About } from "../output/about.js";
import type { SourceOf } from "../output/places.js";
import type { AllowedAt } from "../output/usage.js";
import { onCluster } from "./onCluster.js";
import { progress } from "./progress.js";
import { toolOf } from "./toolVersion.js";

/** Options that all analysing commands share. */
export interface InputFlags extends Cluster {
  file?: string[];
  outbound?: "ALLOW_ANY" | "REGISTRY_ONLY";
  dnsCapture?: boolean;
  services?: boolean;
  policyEngine?: AnalysisOptions["policyEngine"];
  clientAddresses?: string[];
}

/** What a stack brings to the analysis. */
export interface StackInput extends Manifests {
  title: string;
  /** What the stack takes for granted: judged with its objects unless a cluster is read as well. */
  assumed?: readonly KubernetesObject[];
  /** The stack installs the mesh: its settings decide how the mesh is configured. */
  makesMesh?: boolean;
  options: AnalysisOptions;
  /** Assertions of the stack's settings. */
  assertions?: readonly Assertion[];
  /** What its verdicts assume of another stack. */
  assumption?: string;
  /** Where its settings define an assertion, by the place in the list. */
  assertionSource?: (index: number) => Source | undefined;
  /** Where its settings define what evidence is about: planned objects have no file. */
  evidenceSource?: SourceOf;
  /** Where its settings allow a client a database. */
  allowedSource?: AllowedAt;
  /** Its file. */
  file?: string;
}

/** Another source of input than manifests: stacks, which a package that knows them brings along. */
export interface Stacks {
  /** Adds the options that name a stack. */
  takesStack(command: Command): Command;
  /** Whether a command line names a stack, so that files or a cluster are what it is judged on. */
  isNamed(command: Command): boolean;
  /** The stack that a command line names, or the one of the project. Undefined when there is none. */
  load(flags: object): Promise<StackInput | undefined>;
  /** The stack that a side of a comparison names. Undefined when it is none. */
  loadNamed(name: string): Promise<StackInput | undefined>;
}

/** An input that was read and is ready to be asked. */
export interface Input {
  analysis: Analysis;
  about: About;
  assertions: readonly Assertion[];
  assertionSource: (index: number) => Source | undefined;
  evidenceSource: SourceOf;
  allowedSource: AllowedAt;
  /** File of the stack, where one was read. */
  file?: string;
}

/** Collects the values of an option that may be given several times. */
export function repeated(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Gives a command `-f` and `--context`: manifests of a cluster, or a cluster. */
export function takesCluster(command: Command): Command {
  return command
    .option("-f, --file <path>", "manifests: a file, a folder, or - for the standard input; repeatable", repeated)
    .addOption(new Option("--context <name>", "read the cluster of a kubeconfig context, read-only").conflicts("file"))
    .addOption(new Option("--kubeconfig <file>", "kubeconfig to use with --context").conflicts("file"));
}

/** Gives a command `-f`, `--context`, and what manifests alone cannot say. */
export function takesInput(command: Command, stacks?: Stacks): Command {
  // With a stack, files or a cluster are what it is judged on.
  return takesCluster(stacks ? stacks.takesStack(command) : command)
    .addOption(
      new Option("--outbound <policy>", "outbound traffic policy of the mesh").choices(["ALLOW_ANY", "REGISTRY_ONLY"]),
    )
    .option("--dns-capture", "sidecars answer DNS queries themselves")
    .option("--services", "include the cluster's own Services as targets")
    .addOption(
      new Option("--policy-engine <engine>", "what enforces network policies").choices([
        "calico",
        "dataplane-v2",
        "terway",
        "none",
      ]),
    )
    .option(
      "--client-addresses <cidr>",
      "where a database sees the workloads' own connections from; repeatable",
      repeated,
    );
}

/** Reads what a command line names: manifests, a cluster, or a stack. */
export async function readInput(flags: InputFlags, command: Command, stacks?: Stacks): Promise<Input> {
  const manifests = await manifestsOf(flags);
  const stack = !manifests || stacks?.isNamed(command) ? await stacks?.load(flags) : undefined;
  if (stack && manifests) return inputOf(onCluster(stack, manifests, manifests.title), flags, command);
  const alone = stack ?? manifests;
  if (!alone) throw new InputError([message("no-input")]);
  return inputOf(alone, flags, command);
}

/** The files or the cluster that a command line names. */
async function manifestsOf(flags: InputFlags): Promise<StackInput | undefined> {
  if (flags.file) return fromFiles(flags.file);
  return flags.context === undefined && flags.kubeconfig === undefined ? undefined : fromCluster(flags);
}

/** One side of a comparison: a stack, manifests in a file or folder, or `context:NAME`. */
export async function readSide(side: string, flags: InputFlags, command: Command, stacks?: Stacks): Promise<Input> {
  if (side.startsWith("context:")) {
    const cluster = await fromCluster({ ...flags, context: side.slice("context:".length) });
    return inputOf(cluster, flags, command);
  }
  const stack = await stacks?.loadNamed(side);
  if (stack) return inputOf(stack, flags, command);
  if (side !== "-" && !(await stat(side).catch(() => undefined)))
    throw new InputError([message("side-not-found", { path: side })]);
  return inputOf(await fromFiles([side]), flags, command);
}

async function fromFiles(paths: string[]): Promise<StackInput> {
  const manifests = await loadManifests(paths);
  if (manifests.objects.length === 0 && manifests.problems.length === 0)
    throw new InputError([message("nothing-read", { paths })]);
  return { ...manifests, title: paths.join(", "), options: {} };
}

async function fromCluster(flags: InputFlags): Promise<StackInput> {
  const title = flags.context === undefined ? `cluster of ${flags.kubeconfig}` : `context ${flags.context}`;
  const manifests = await readCluster(flags, progress);
  return { ...manifests, title, options: {} };
}

function inputOf(stack: StackInput, flags: InputFlags, command: Command): Input {
  const options = withFlags(stack.options, flags);
  const { assumed = [] } = stack;
  const analysis = analyse(
    { ...stack, objects: assumed.length > 0 ? [...assumed, ...stack.objects] : stack.objects },
    options,
  );
  const about: About = {
    subject: stack.title,
    tool: toolOf(command),
    options,
    made: new Date(),
    assumption: stack.assumption,
  };
  const none = () => undefined;
  return {
    analysis,
    about,
    assertions: stack.assertions ?? [],
    assertionSource: stack.assertionSource ?? none,
    evidenceSource: stack.evidenceSource ?? none,
    allowedSource: stack.allowedSource ?? none,
    file: stack.file,
  };
}

/** The options of the input, with what the command line says over them. */
function withFlags(options: AnalysisOptions, flags: InputFlags): AnalysisOptions {
  const mesh = {
    ...options.mesh,
    ...(flags.outbound === undefined ? {} : { outboundTrafficPolicy: flags.outbound }),
    ...(flags.dnsCapture === undefined ? {} : { dnsCapture: flags.dnsCapture }),
  };
  return {
    ...options,
    mesh,
    ...(flags.services === undefined ? {} : { services: flags.services }),
    ...(flags.policyEngine === undefined ? {} : { policyEngine: flags.policyEngine }),
    ...(flags.clientAddresses === undefined ? {} : { clientAddresses: flags.clientAddresses }),
  };
}
