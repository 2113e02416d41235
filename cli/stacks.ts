import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import type { Allowed, Evidence, Source } from "mesh-access";
import type { StackInput, Stacks } from "mesh-access/cli";
import { readYaml } from "mesh-access/yaml";
import { project } from "../settings/project.js";
import { isStack, isStackNamed, stackFile, type StackOption, takesStack } from "./stackOption.js";

/** Stacks as a source of input: planned when a command asks for one. */
export const stacks: Stacks = {
  takesStack: (command: Command) => takesStack(command),
  isNamed: isStackNamed,
  load: (flags) => load(flags as StackOption),
  loadNamed: async (name) => {
    if (name === "-" || name.startsWith("context:")) return undefined;
    if (await isStackFile(name)) return load({ stack: name, config: name });
    const exists = (await stat(name).catch(() => undefined)) !== undefined;
    return !exists && isStack(name) ? load({ stack: name }) : undefined;
  },
};

async function load(stack: StackOption): Promise<StackInput> {
  // Analysing manifests starts at once: only a stack needs the components.
  const { loadStack } = await import("./loadStack.js");
  const input = await loadStack(stack);
  const file = stackFile(stack);
  const { databaseSource, ...places } = placesOf(file);
  const problems = input.problems?.map((problem) => ({
    ...problem,
    source: problem.source ?? databaseSource(problem.args["database"]),
  }));
  return { ...input, problems, file, title: stack.config ?? `stack ${stack.stack}`, ...places };
}

async function isStackFile(file: string): Promise<boolean> {
  if (!/\.ya?ml$/.test(file) || !(await stat(file).catch(() => undefined))) return false;
  const text = readFileSync(file, "utf8");
  return /^(config|encryptionsalt|secretsprovider):/m.test(text) && !/^kind:/m.test(text);
}

/** Where the stack file defines assertions, and what planned objects come from. */
function placesOf(file: string): Pick<StackInput, "assertionSource" | "evidenceSource" | "allowedSource"> & {
  databaseSource: (name: unknown) => Source | undefined;
} {
  const { value, lineOf } = readYaml(readFileSync(file, "utf8"), () => true, "pulumi");
  const config = ((value as { config?: Record<string, unknown> } | undefined)?.config ?? {}) as Record<string, unknown>;
  const own = (key: string): unknown => config[`${project}:${key}`];
  const sourceOf = (item: unknown): Source | undefined => {
    const line = typeof item === "object" && item !== null ? lineOf(item) : undefined;
    return line === undefined ? undefined : { file, line: line + 1 };
  };
  const named = ["databases", "namespaces", "workloads"].flatMap((key) => listOf(own(key)));
  return {
    assertionSource: (index) => sourceOf(listOf((own("access") as { assert?: unknown } | undefined)?.assert)[index]),
    allowedSource: (allowed) => sourceOf(clientOf(allowed, listOf(own("databases")))),
    databaseSource: (name) =>
      sourceOf(listOf(own("databases")).find((item) => (item as { name?: unknown } | null)?.name === name)),
    evidenceSource: (evidence) => sourceOf(named.find((item) => isAbout(item, evidence))),
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** The entry under `clients` that allows a client a database. */
function clientOf({ client, database }: Allowed, databases: readonly unknown[]): unknown {
  const entries = databases.filter((item) => (item as { name?: unknown } | null)?.name === database);
  const clients = entries.flatMap((item) => listOf((item as { clients?: unknown }).clients)) as {
    namespace?: unknown;
    serviceAccounts?: unknown;
  }[];
  return clients.find(
    ({ namespace, serviceAccounts }) =>
      namespace === client.namespace &&
      (serviceAccounts === undefined || listOf(serviceAccounts).includes(client.serviceAccount)),
  );
}

/** Objects are named after the item of the settings that they come from. */
function isAbout(item: unknown, { name, namespace }: Pick<Evidence, "name" | "namespace">): boolean {
  const own = (item as { name?: unknown } | null)?.name;
  return typeof own === "string" && (own === name || name.startsWith(`${own}-`) || (name === "" && own === namespace));
}
