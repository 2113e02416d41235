import { z } from "zod";
import { labels, objectName, port, secretName } from "./formats.js";
import { type Declared, isClusterScoped, manifestProblems, urlWithPassword } from "./manifestChecks.js";
import { type FileObject, readManifests } from "./manifestFiles.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";

const manifests = z
  .strictObject({
    kind: z.literal("manifests"),
    folder: z
      .string()
      .min(1)
      .describe(
        "Folder with the manifests, subfolders included, or one file. Relative to the project root: the folder of `Pulumi.yaml`, or of a stack file outside any project.",
      ),
    namespace: objectName
      .optional()
      .describe("Namespace of the objects that name none. Default: none, and each object has to name its own."),
  })
  .describe("Kubernetes manifests of your own, in YAML or JSON. See docs/manifests.md.");

const deployment = z
  .strictObject({
    kind: z.literal("deployment"),
    name: objectName.max(50).describe("Name of Deployment, service account and Service."),
    namespace: objectName.describe("Namespace to run in."),
    image: z.string().min(1).describe("Container image."),
    labels: labels.optional().describe("Labels of the pods. Default: `app` with the name."),
    ports: z
      .array(
        z.strictObject({
          name: objectName.max(15).describe("Name; its first part is the protocol, such as `http` or `tcp-mysql`."),
          port: port.describe("Port the container listens on."),
          servicePort: port.optional().describe("Port of the Service. Default: the container's."),
        }),
      )
      .default([])
      .describe("Ports; with one there is a Service too."),
    env: z.record(z.string(), z.string()).default({}).describe("Environment in plain."),
    secretEnv: z
      .record(z.string(), secretName)
      .default({})
      .describe("Environment from secrets: variable to key under `secrets`."),
    command: z.array(z.string()).min(1).optional().describe("Command in place of the image's."),
    replicas: z.int().min(0).default(1).describe("Pods."),
    serviceAccount: objectName
      .optional()
      .describe("Service account that exists already. Default: one of its own, named like the workload."),
    runAsUser: z
      .int()
      .min(1)
      .optional()
      .describe("User the container runs as. Needed where the image would run as root, or names its user by a word."),
  })
  .describe("One Deployment, hardened, with a service account, and a Service where it has ports.");

const existing = z
  .strictObject({
    kind: z.literal("existing"),
    name: objectName.describe("Name of the Deployment or other workload."),
    namespace: objectName.describe("Namespace it runs in."),
    serviceAccount: objectName.default("default").describe("Service account it runs as."),
    labels: labels
      .optional()
      .describe(
        "Labels of its pods. Default: not known; policies that select pods by labels then leave a verdict unknown.",
      ),
  })
  .describe("A workload that runs already: judged as a client of databases, never written.");

/** `workloads`: what runs in the namespaces. */
export const workloadsSchema = z.array(z.discriminatedUnion("kind", [manifests, deployment, existing])).default([]);

type WrittenWorkload = z.output<typeof workloadsSchema>[number];
/** One hardened Deployment. */
export interface DeploymentSettings extends z.output<typeof deployment> {}
/** A workload that another hand runs. */
export interface ExistingSettings extends z.output<typeof existing> {}
/** A folder of manifests, with the objects that were read from it. */
export interface ManifestsSettings extends z.output<typeof manifests> {
  objects: readonly FileObject[];
}
/** What runs in the namespaces. */
export type WorkloadSettings = DeploymentSettings | ManifestsSettings | ExistingSettings;

/**
 * Workloads with the objects of the files they name.
 *
 * @param root folder that the paths are relative to
 */
export function withManifests(
  workloads: readonly WrittenWorkload[],
  root: string,
): { workloads: WorkloadSettings[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const read = workloads.map((workload, index): WorkloadSettings => {
    if (workload.kind !== "manifests") return workload;
    const files = readManifests(workload.folder, root, `workloads[${index}].folder`);
    problems.push(...files.problems);
    return { ...workload, objects: files.objects.map((each) => inNamespace(each, workload.namespace)) };
  });
  return { workloads: read, problems };
}

function inNamespace(written: FileObject, namespace: string | undefined): FileObject {
  const { object } = written;
  if (namespace === undefined || object.metadata.namespace !== undefined || isClusterScoped(object)) return written;
  return { ...written, object: { ...object, metadata: { ...object.metadata, namespace } } };
}

/** Objects of all manifest files of a stack. */
export function writtenObjects(workloads: readonly WorkloadSettings[]): FileObject[] {
  return workloads.flatMap((workload) => (workload.kind === "manifests" ? workload.objects : []));
}

/** Kinds that were sample applications, and the folder each is in now. */
const movedKinds = new Map([
  ["bookinfo", "examples/bookinfo"],
  ["bookstore", "examples/bookstore"],
  ["boutique", "examples/boutique/shop"],
  ["mysql-client", "examples/mysql"],
  ["retail", "examples/retail"],
]);

/** Kinds that are no settings any more, in the config values of a stack, unchecked. */
export function movedKindProblems(config: Record<string, unknown>): Problem[] {
  const list = Array.isArray(config["workloads"]) ? (config["workloads"] as unknown[]) : [];
  return list.flatMap((entry, index) => {
    const { kind } = (entry ?? {}) as { kind?: unknown };
    const folder = movedKinds.get(String(kind));
    if (folder === undefined) return [];
    const instead = `Write { kind: manifests, folder: ${folder} }. The folder is in this project's repository; what the keys chose is in its files`;
    return [{ path: `workloads[${index}].kind`, value: kind, reason: "is now a folder of manifests", instead }];
  });
}

/** The API server takes neither two ports of one name nor two of one number. */
function portProblems(workload: WorkloadSettings, index: number): Problem[] {
  if (workload.kind !== "deployment") return [];
  const path = (key: string, j: number) => `workloads[${index}].ports[${j}].${key}`;
  const { ports } = workload;
  return [
    ...repeated(
      ports.map(({ name }, j) => ({ path: path("name", j), value: name })),
      () => "is the name of another port too",
      "Rename one",
    ),
    ...repeated(
      ports.map(({ port, servicePort = port }, j) => ({ path: path("servicePort", j), value: servicePort })),
      () => "is the Service's port of another port too",
      "Write a port of its own",
    ),
  ];
}

/** Variables whose value is a secret by their name. */
const secretVariable = /(PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)$/i;
/** Values of switches, such as of `MYSQL_ALLOW_EMPTY_PASSWORD`. */
const switchValue = /^(true|false|yes|no|on|off|[01])?$/i;

/** The environment in plain stands in the repository, in plans and in reports. */
function environmentProblems(workload: WorkloadSettings, index: number): Problem[] {
  if (workload.kind !== "deployment") return [];
  return Object.entries(workload.env)
    .filter(([name, value]) => urlWithPassword.test(value) || (secretVariable.test(name) && !switchValue.test(value)))
    .map(([name]) => ({
      path: `workloads[${index}].env.${name}`,
      reason: "is a secret in plain text",
      instead: `Write it under secretEnv, as ${name}: NAME, and its value with \`pulumi config set --secret --path mesh-egress:secrets.NAME\``,
    }));
}

/** What is wrong with workloads: namespaces that are not listed, names that are taken, and what manifests may not hold. */
export function workloadProblems(workloads: readonly WorkloadSettings[], declared: Declared): Problem[] {
  const deployments = workloads.map((workload) => (workload.kind === "manifests" ? undefined : workload));
  const unlisted = deployments.flatMap((workload, index) =>
    workload === undefined || declared.namespaces.includes(workload.namespace)
      ? []
      : [
          {
            path: `workloads[${index}].namespace`,
            value: workload.namespace,
            reason: "is not among `namespaces`",
            instead: "List it there",
          },
        ],
  );
  const taken = repeated(
    deployments.flatMap((workload, index) =>
      workload ? [{ path: `workloads[${index}]`, value: `${workload.namespace}/${workload.name}` }] : [],
    ),
    () => "is the name of another workload too",
    "Give it another name or namespace",
  );
  return [
    ...unlisted,
    ...taken,
    ...workloads.flatMap(portProblems),
    ...workloads.flatMap(environmentProblems),
    ...manifestProblems(writtenObjects(workloads), declared),
  ];
}
