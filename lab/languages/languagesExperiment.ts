import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { analyse, type KubernetesObject } from "mesh-access";
import { liveObjects, readableCollections } from "../agreement/liveObjects.js";
import { Cluster } from "../controlplane/cluster.js";
import type { Finding } from "../probes/probe.js";
import { apiListing } from "../scenarios/apiListing.js";
import type { Experiment } from "../scenarios/experiment.js";
import { remains } from "../scenarios/operationFindings.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import type { Observation } from "../scenarios/observations.js";
import { Results } from "../scenarios/results.js";
import { type Ended, type Language, languages, prepareLanguages } from "./programs.js";

const names: Record<Language, string> = { typescript: "TypeScript", yaml: "YAML", python: "Python" };

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
};

/** One gateway and one database from three languages: the same objects, the same verdicts. */
export const languagesExperiment: Experiment = {
  name: "languages",
  title: "The components in TypeScript, YAML and Python",
  observations: [
    { observations: [looks.types] },
    ...languages.map((language) => ({ title: names[language], observations: ofLanguage(language) })),
  ],
  run: async (lab, listener) => {
    const results = new Results("languages", listener);
    const programs = await prepareLanguages(lab);
    try {
      results.enter("types");
      await results.check(looks.types, async () => wentWell(await programs.checkTypes()));
      const reference: { objects?: string[] } = {};
      for (const language of languages) {
        results.enter(names[language]);
        await inLanguage(language, { lab, programs, results, reference });
      }
    } finally {
      programs.close();
    }
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

interface Run {
  lab: RunningLab;
  programs: Awaited<ReturnType<typeof prepareLanguages>>;
  results: Results;
  /** The objects of the first language. */
  reference: { objects?: string[] };
}

async function inLanguage(language: Language, { lab, programs, results, reference }: Run): Promise<void> {
  const { kubectl, controlPlane } = lab.stage;
  const before = await apiListing(kubectl);
  if (language === "yaml")
    await results.check(looks.refused, async () =>
      refusedWith(await withWrongPort(programs.folderOf(language), () => programs.run(language, "preview"))),
    );
  await results.check(looks.up(language), async () => hasOutputs(await programs.run(language, "up", ...yes(language))));
  const live = await objectsOfProgram(controlPlane.kubeconfigPath);
  const objects = live.map(comparable).sort();
  reference.objects ??= objects;
  const expected = reference.objects;
  if (language !== "typescript") await results.check(looks.objects(language), () => same(objects, expected));
  await results.check(looks.verdicts(language), () => verdicts(live));
  await results.check(looks.destroyed(language), async () => {
    const { exitCode, output } = await programs.run(language, "destroy", ...yes(language));
    if (exitCode !== 0) return { passed: false, seen: lastLine(output), evidence: output };
    return remains(before, await apiListing(kubectl));
  });
}

async function withWrongPort<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const file = join(folder, "Pulumi.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("protocol: postgres", "protocol: postgres\n        port: 99999"));
  return run().finally(() => writeFile(file, text));
}

/** Inline programs ask nobody. */
const yes = (language: Language): string[] => (language === "python" ? [] : ["--yes", "--skip-preview"]);

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
