import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { analyse, type KubernetesObject } from "mesh-access";
import { liveObjects, readableCollections } from "../agreement/liveObjects.js";
import { Cluster } from "../controlplane/cluster.js";
import { chartRepository } from "../mesh/chartRepository.js";
import type { Finding } from "../probes/probe.js";
import { apiListing } from "../scenarios/apiListing.js";
import type { Experiment } from "../scenarios/experiment.js";
import { remains } from "../scenarios/operationFindings.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import type { Observation } from "../scenarios/observations.js";
import { Results } from "../scenarios/results.js";
import { prepareJudgedProgram } from "./policy.js";
import { fromLabsCharts, newProject, type Template, templates } from "./templates.js";
import { type Ended, prepareWorkplace, withPackage, withVirtualEnvironment, type Workplace } from "./programs.js";

/** The examples, which are one program in each language. */
const names = { typescript: "TypeScript", yaml: "YAML", python: "Python" };
type Language = keyof typeof names;
const languages = Object.keys(names) as Language[];

const looks = {
  types: {
    observation: "types",
    title: "the Python example against the SDK made from the package's schema",
    expected: "no type error",
  },
  up: (language: Language): Observation => ({
    observation: "up",
    title: `pulumi up of the example in ${names[language]}`,
    expected: "the database's host and mode as outputs",
  }),
  objects: (language: Language): Observation => ({
    observation: "objects",
    title: `the objects of the program in ${names[language]}`,
    expected: "those of the one in TypeScript",
  }),
  verdicts: (language: Language): Observation => ({
    observation: "verdicts",
    title: `who reaches the database, after the program in ${names[language]}`,
    expected: "the client through the gateway inside mutual TLS, a pod of another account not",
  }),
  refused: {
    observation: "refused",
    title: "a wrong argument of the program in YAML",
    expected: "refused with its path and what to write, before anything is registered",
  },
  destroyed: (language: Language): Observation => ({
    observation: "destroyed",
    title: `what is left after the program in ${names[language]} is destroyed`,
    expected: "nothing",
  }),
  new: (template: Template): Observation => ({
    observation: "new",
    title: `pulumi new of the template ${template}, and a preview of what it makes`,
    expected: "the application reaches the database through the gateway",
  }),
  platform: {
    observation: "objects",
    title: "the objects of SecurePlatform in YAML, beside those of the template existing, which is TypeScript",
    expected: "equal",
  },
  access: {
    observation: "access",
    title: "the output access of SecurePlatform in YAML, beside that of the template",
    expected: "equal, and the application through the gateway",
  },
  mandatory: {
    observation: "mandatory",
    title:
      "pulumi preview --policy-pack of a program without our components that opens a database to another namespace",
    expected: "refused, with the assertion and the pair",
  },
  advisory: {
    observation: "advisory",
    title: "the same, advisory",
    expected: "a warning, and the preview passes",
  },
  keeps: {
    observation: "keeps",
    title: "the same program with the database open to its own namespace only",
    expected: "no violation",
  },
};

/** One gateway and one database from three languages: the same objects, the same verdicts. And the policy pack. */
export const languagesExperiment: Experiment = {
  name: "languages",
  title: "The components in TypeScript, YAML and Python",
  observations: [
    { observations: [looks.types] },
    ...languages.map((language) => ({ title: names[language], observations: ofLanguage(language) })),
    {
      title: "templates and SecurePlatform",
      observations: [...templates.map(looks.new), looks.platform, looks.access],
    },
    { title: "the policy pack", observations: [looks.mandatory, looks.advisory, looks.keeps] },
  ],
  run: async (lab, listener) => {
    const results = new Results("languages", listener);
    const workplace = await prepareWorkplace(lab);
    const projects = await prepareProjects(workplace);
    results.enter("types");
    await results.check(looks.types, async () => wentWell(await workplace.checkTypes(projects.python)));
    const reference: { objects?: string[] } = {};
    for (const language of languages) {
      results.enter(names[language]);
      await inLanguage(language, { lab, workplace, project: projects[language], results, reference });
    }
    results.enter("templates and SecurePlatform");
    await fromSettings(lab, workplace, results);
    results.enter("the policy pack");
    await judged(workplace, results);
    return { results: results.all };
  },
};

function ofLanguage(language: Language): Observation[] {
  return [
    ...(language === "yaml" ? [looks.refused] : []),
    looks.up(language),
    ...(language === "typescript" ? [] : [looks.objects(language)]),
    looks.verdicts(language),
    looks.destroyed(language),
  ];
}

/** Copies of the examples, installed as their README of Pulumi's says, and their folders. */
async function prepareProjects({ example, pulumi }: Workplace): Promise<Record<Language, string>> {
  const projects = {
    typescript: await example("typescript"),
    yaml: await example("yaml"),
    python: await example("python"),
  };
  await withPackage(projects.typescript);
  await withVirtualEnvironment(projects.python);
  for (const language of languages) {
    await pulumi(projects[language], "stack", "init", language);
    await pulumi(projects[language], "config", "set", "chartRepository", chartRepository);
  }
  return projects;
}

interface Run {
  lab: RunningLab;
  workplace: Workplace;
  project: string;
  results: Results;
  /** The objects of the first language. */
  reference: { objects?: string[] };
}

const unasked = ["--yes", "--skip-preview"];

async function inLanguage(language: Language, { lab, workplace, project, results, reference }: Run): Promise<void> {
  const { kubectl, controlPlane } = lab.stage;
  const before = await apiListing(kubectl);
  if (language === "yaml")
    await results.check(looks.refused, async () =>
      refusedWith(await withWrongPort(project, () => workplace.pulumi(project, "preview"))),
    );
  await results.check(looks.up(language), async () => hasOutputs(await workplace.pulumi(project, "up", ...unasked)));
  const live = await objectsOfProgram(controlPlane.kubeconfigPath);
  const objects = live.map(comparable).sort();
  reference.objects ??= objects;
  const expected = reference.objects;
  if (language !== "typescript") await results.check(looks.objects(language), () => same(objects, expected));
  await results.check(looks.verdicts(language), () => verdicts(live));
  await results.check(looks.destroyed(language), async () => {
    const { exitCode, output } = await workplace.pulumi(project, "destroy", ...unasked);
    if (exitCode !== 0) return { passed: false, seen: lastLine(output), evidence: output };
    return remains(before, await apiListing(kubectl));
  });
}

const reached = /shop\/orders -> orders\.db\.example\.com:5432"?\s*: "?● gateway.*/;

/** Templates, and the platform that one of them makes beside the one that YAML does. */
async function fromSettings(lab: RunningLab, workplace: Workplace, results: Results): Promise<void> {
  const folders: Partial<Record<Template, string>> = {};
  for (const template of templates)
    await results.check(looks.new(template), async () => {
      const made = await newProject(workplace, template);
      folders[template] = made.folder;
      if (made.exitCode !== 0) return { passed: false, seen: lastLine(made.output), evidence: made.output };
      const { exitCode, output } = await workplace.pulumi(made.folder, "preview");
      const [pair = ""] = reached.exec(output) ?? [];
      return { passed: exitCode === 0 && pair !== "", seen: pair || lastLine(output), evidence: output };
    });
  const yaml = await workplace.example("platform");
  await fromLabsCharts(join(yaml, "Pulumi.yaml"), "kind: istio");
  await workplace.pulumi(yaml, "stack", "init", "platform");
  const reference = await deployed(lab, workplace, folders.existing ?? "");
  const other = await deployed(lab, workplace, yaml);
  await results.check(looks.platform, () => same(other.objects, reference.objects));
  await results.check(looks.access, () => {
    const passed = other.access !== "" && other.access === reference.access && reached.test(other.output);
    return Promise.resolve({
      passed,
      seen: other.access.replace(/\s+/g, " "),
      evidence: `${reference.output}\n${other.output}`,
    });
  });
}

/** Objects and the output `access` of a program, which is gone afterwards. */
async function deployed({ stage }: RunningLab, { pulumi }: Workplace, project: string) {
  const { output } = await pulumi(project, "up", ...unasked);
  const objects = await objectsOfProgram(stage.controlPlane.kubeconfigPath);
  const { output: access } = await pulumi(project, "stack", "output", "access", "--json");
  await pulumi(project, "destroy", ...unasked);
  return { output, objects: objects.map(comparable).sort(), access };
}

async function judged(workplace: Workplace, results: Results): Promise<void> {
  const program = await prepareJudgedProgram(workplace);
  const violation = /only the shop reaches orders: expected blocked, .*other\/app.*/;
  const look = async (
    exportTo: string,
    level: "mandatory" | "advisory",
    expected: { fails: boolean; warns: boolean },
  ) => {
    const { exitCode, output } = await program.preview(exportTo, level);
    const [found = ""] = violation.exec(output) ?? [];
    const ran = output.includes("mesh-egress@");
    const passed = ran && (exitCode !== 0) === expected.fails && (found !== "") === expected.warns;
    return { passed, seen: `exit code ${exitCode}${found ? `, ${found}` : ""}`, evidence: output };
  };
  await results.check(looks.mandatory, () => look("*", "mandatory", { fails: true, warns: true }));
  await results.check(looks.advisory, () => look("*", "advisory", { fails: false, warns: true }));
  await results.check(looks.keeps, () => look(".", "mandatory", { fails: false, warns: false }));
}

async function withWrongPort<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const file = join(folder, "Pulumi.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("protocol: postgres", "protocol: postgres\n        port: 99999"));
  return run().finally(() => writeFile(file, text));
}

function wentWell({ exitCode, output }: Ended): Finding {
  return { passed: exitCode === 0, seen: lastLine(output), evidence: output };
}

function hasOutputs({ exitCode, output }: Ended): Finding {
  const found = ["orders.db.example.com", "tcp-gateway-mtls"].filter((value) => output.includes(value));
  return { passed: exitCode === 0 && found.length === 2, seen: found.join(", ") || lastLine(output), evidence: output };
}

function refusedWith({ exitCode, output }: Ended): Finding {
  const line = output.split("\n").find((one) => one.includes("database.port")) ?? "";
  const planned = output.includes("ServiceEntry");
  return { passed: exitCode !== 0 && line !== "" && !planned, seen: line.trim() || lastLine(output), evidence: output };
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

const ownNamespaces = new Set(["istio-egress", "shop"]);
const kinds = new Set([
  "Namespace",
  "Service",
  "Deployment",
  "ServiceAccount",
  "Gateway",
  "VirtualService",
  "DestinationRule",
  "ServiceEntry",
  "Sidecar",
  "EnvoyFilter",
  "AuthorizationPolicy",
  "PeerAuthentication",
  "Telemetry",
  "NetworkPolicy",
]);

async function objectsOfProgram(kubeconfigPath: string): Promise<KubernetesObject[]> {
  const cluster = await Cluster.connect(kubeconfigPath);
  try {
    return (await liveObjects(cluster, await readableCollections(cluster))).filter(isOfProgram);
  } finally {
    cluster.close();
  }
}

function isOfProgram({ kind, metadata }: KubernetesObject): boolean {
  return kinds.has(kind) && ownNamespaces.has(kind === "Namespace" ? metadata.name : (metadata.namespace ?? ""));
}

/** What a program decides of an object: the API server and its controllers add the rest. */
function comparable({ kind, metadata, spec }: KubernetesObject): string {
  const { clusterIP: _, clusterIPs: __, ...decided } = (spec ?? {}) as Record<string, unknown>;
  return JSON.stringify([kind, metadata.namespace, metadata.name, metadata.labels, decided]);
}

async function same(objects: readonly string[], expected: readonly string[]): Promise<Finding> {
  const [missing, more] = [
    expected.filter((one) => !objects.includes(one)),
    objects.filter((one) => !expected.includes(one)),
  ];
  const passed = objects.length > 0 && missing.length === 0 && more.length === 0;
  const evidence = [...missing.map((one) => `- ${one}`), ...more.map((one) => `+ ${one}`)].join("\n");
  return Promise.resolve({
    passed,
    seen: passed ? `${objects.length} equal objects` : `${missing.length + more.length} differ`,
    evidence,
  });
}

/** A pod that has the client's account, and one that has not. */
function client(account: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: account, namespace: "shop", labels: { app: account } },
    spec: { serviceAccountName: account, containers: [{ name: "app", image: "app" }] },
  };
}

async function verdicts(live: readonly KubernetesObject[]): Promise<Finding> {
  const mesh = { outboundTrafficPolicy: "REGISTRY_ONLY", dnsCapture: true, scopeGatewayToNamespace: true } as const;
  const { rows } = analyse([...live, client("orders"), client("stock")], { mesh });
  const seen = [...rows]
    .filter(({ to }) => to.host === "orders.db.example.com")
    .map(({ from, mesh: { verdict, encryption } }) => `${from.workload} ${verdict} ${encryption.join(" > ")}`.trim())
    .sort();
  const passed =
    seen.length === 2 && /^orders gateway mutual-tls/.test(seen[0] ?? "") && /^stock blocked/.test(seen[1] ?? "");
  return Promise.resolve({ passed, seen: seen.join("; ") });
}
