import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { readClusterRole } from "../input/clusterRole.js";
import { readCluster, type Cluster } from "../input/kubectl.js";
import { writeDocuments } from "../input/yaml.js";
import type { KubernetesObject } from "../model/model.js";
import { append } from "../model/append.js";
import { namespaceOf } from "../model/world.js";
import { count } from "../output/words.js";
import { print } from "./print.js";
import { progress } from "./progress.js";
import { reportProblems } from "./reportInput.js";

/** `collect`: what the analysis reads of a cluster, as files for somebody who has no access to it. */
export function registerCollect(program: Command): void {
  program
    .command("collect")
    .description("Write what the analysis reads of a cluster as files. It never reads Secrets.")
    .option("--context <name>", "context of the kubeconfig (default: its current context)")
    .option("--kubeconfig <file>", "kubeconfig to use")
    .addOption(new Option("--out <folder>", "folder to write to, one file for each namespace").default("cluster"))
    .option("--role", "print the ClusterRole that allows exactly what collect and --context read, and stop")
    .addHelpText(
      "after",
      `\nExamples:\n  ${program.name()} collect --context prod --out prod/\n  ${program.name()} collect --role | kubectl apply -f -`,
    )
    .action(async (flags: Cluster & { out: string; role?: boolean }) => {
      if (flags.role) return print(writeDocuments([readClusterRole()]).trimEnd());
      const { objects, problems = [] } = await readCluster(flags, progress);
      reportProblems(problems);
      const files = await writeByNamespace(objects, flags.out);
      process.stderr.write(`${count(objects.length, "object")} in ${count(files, "file")} under ${flags.out}\n`);
    });
}

async function writeByNamespace(objects: readonly KubernetesObject[], folder: string): Promise<number> {
  const byNamespace = new Map<string, KubernetesObject[]>();
  for (const object of objects) append(byNamespace, namespaceOf(object) || "_cluster", object);
  await mkdir(folder, { recursive: true });
  for (const [namespace, members] of byNamespace)
    await writeFile(join(folder, `${namespace}.yaml`), writeDocuments(members.map(withoutNoise)));
  return byNamespace.size;
}

/** What kubectl and the API server keep for themselves. */
function withoutNoise({ metadata, ...object }: KubernetesObject): object {
  const {
    managedFields: _,
    annotations,
    ...kept
  } = metadata as KubernetesObject["metadata"] & { managedFields?: unknown };
  const own = Object.entries(annotations ?? {}).filter(
    ([name]) => name !== "kubectl.kubernetes.io/last-applied-configuration",
  );
  const { apiVersion, kind, ...rest } = object;
  return {
    apiVersion,
    kind,
    metadata: { ...kept, ...(own.length > 0 ? { annotations: Object.fromEntries(own) } : {}) },
    ...rest,
  };
}
