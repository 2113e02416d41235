import { readFile, stat } from "node:fs/promises";
import { Option, type Command } from "commander";
import { load, YAMLException } from "js-yaml";
import { checkReferences, loadManifests } from "mesh-access/input";
import {
  type AnalysisOptions,
  type Assertion,
  buildWorld,
  type KubernetesObject,
  Network,
  type Problem,
} from "mesh-access";
import { accessSchema } from "../../settings/access.js";
import { parse } from "../../settings/parse.js";
import { SettingsError } from "../../settings/problem.js";
import type { StackOption } from "../stackOption.js";

/** What a stack brings to the analysis. */
export interface StackInput {
  objects: readonly KubernetesObject[];
  options: AnalysisOptions;
  /** Promises of the stack config. */
  assertions?: readonly Assertion[];
  /** What its verdicts assume of another stack. */
  assumption?: string;
}

/** Plans a stack and returns what the analysis needs of it. */
export type LoadStack = (stack: StackOption) => Promise<StackInput>;

/** Options all analysing commands share. */
export interface InputOptions extends StackOption {
  file?: string[];
  outbound?: "ALLOW_ANY" | "REGISTRY_ONLY";
  dnsCapture?: boolean;
  services?: boolean;
  policyEngine?: AnalysisOptions["policyEngine"];
  clientAddresses?: string[];
}

/** Objects to analyse, from wherever they came, and what is wrong with them. */
export interface Input {
  /** What reports call it. */
  title: string;
  objects: readonly KubernetesObject[];
  options: AnalysisOptions;
  assertions: readonly Assertion[];
  problems: readonly Problem[];
  ignored: ReadonlyMap<string, number>;
  /** What the verdicts assume beyond the objects. */
  assumption?: string;
}

/** Gives a command `-f` and what manifests alone cannot say. */
export function takesManifests(command: Command): Command {
  return command
    .addOption(
      new Option(
        "-f, --file <path...>",
        "manifests instead of a stack: files, folders, - for the standard input",
      ).conflicts(["stack", "config"]),
    )
    .addOption(
      new Option("--outbound <policy>", "outbound traffic policy of the mesh").choices(["ALLOW_ANY", "REGISTRY_ONLY"]),
    )
    .option("--dns-capture", "sidecars answer DNS themselves")
    .option("--services", "take the cluster's own Services as targets too")
    .addOption(
      new Option("--policy-engine <engine>", "what enforces network policies").choices([
        "calico",
        "dataplane-v2",
        "terway",
      ]),
    )
    .option("--client-addresses <cidr...>", "where the workloads' own connections arrive from at a database");
}

/** Reads the manifests or plans the stack that a command line names. */
export async function readInput(given: InputOptions, loadStack: LoadStack): Promise<Input> {
  return given.file ? fromManifests(given.file, given) : fromStack(given, given, loadStack);
}

/** One side of a comparison: a stack's name, a stack file, or manifests in a file or folder. */
export async function readSide(side: string, given: InputOptions, loadStack: LoadStack): Promise<Input> {
  const there = side === "-" || (await stat(side).catch(() => undefined)) !== undefined;
  if (!there && /[/\\]|\.(ya?ml|json)$/.test(side)) {
    const instead = "Name a stack, a stack file, or a file or folder of manifests";
    throw new SettingsError([{ path: side, reason: "does not exist", instead }]);
  }
  if (!there) return fromStack({ stack: side }, given, loadStack);
  return (await isStackFile(side))
    ? fromStack({ stack: side, config: side }, given, loadStack)
    : fromManifests([side], given);
}

async function isStackFile(file: string): Promise<boolean> {
  if (!/\.ya?ml$/.test(file)) return false;
  const text = await readFile(file, "utf8").catch(() => "");
  return /^(config|encryptionsalt|secretsprovider):/m.test(text) && !/^kind:/m.test(text);
}

async function fromStack(stack: StackOption, given: InputOptions, loadStack: LoadStack): Promise<Input> {
  const { objects, options, assertions = [], assumption } = await loadStack(stack);
  const name = stack.config ?? `stack ${stack.stack}`;
  // Pages are read by others, who see nothing of the error output.
  const title = assumption ? `${name}. ${assumption}` : name;
  return complete({
    title,
    objects,
    options: withFlags(options, given),
    assertions,
    problems: [],
    ignored: new Map(),
    assumption,
  });
}

async function fromManifests(paths: string[], given: InputOptions): Promise<Input> {
  const { objects, problems, ignored } = await loadManifests(paths);
  const options = withFlags({}, given);
  return complete({ title: paths.join(", "), objects, options, assertions: [], problems, ignored });
}

function complete(input: Input): Input {
  const world = buildWorld(input.objects, input.options);
  const { problems } = new Network(world, input.options);
  return { ...input, problems: [...input.problems, ...checkReferences(world, input.options), ...problems] };
}

function withFlags(options: AnalysisOptions, given: InputOptions): AnalysisOptions {
  const { outbound, dnsCapture, services, policyEngine, clientAddresses } = given;
  return {
    ...options,
    mesh: { ...options.mesh, ...(outbound && { outboundTrafficPolicy: outbound }), ...(dnsCapture && { dnsCapture }) },
    ...(services && { services }),
    ...(policyEngine && { policyEngine }),
    ...(clientAddresses && { clientAddresses }),
  };
}

/**
 * Promises from a file: a list, or a document with the list under `assert` or `access.assert`.
 *
 * @throws {@link SettingsError} when the file holds none, or one that cannot be read.
 */
export async function readAssertions(file: string): Promise<readonly Assertion[]> {
  const content = (await readYaml(file)) as { assert?: unknown; access?: { assert?: unknown } } | unknown[];
  const assert = Array.isArray(content) ? content : (content?.assert ?? content?.access?.assert);
  if (assert !== undefined) return parse(accessSchema, { assert }, file).assert;
  throw new SettingsError([{ path: file, reason: "holds no promises", instead: "Write a list of them under assert" }]);
}

async function readYaml(file: string): Promise<unknown> {
  try {
    return load(await readFile(file, "utf8"));
  } catch (error) {
    const reason =
      error instanceof YAMLException ? `is no YAML: ${error.reason}` : `cannot be read: ${(error as Error).message}`;
    throw new SettingsError([{ path: file, reason, instead: "Name a file with promises" }]);
  }
}
