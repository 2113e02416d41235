import { existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { print } from "mesh-access/cli";
import { loadSettings } from "../settings/load.js";
import type { ClusterSettings } from "../settings/cluster.js";
import type { SettingsInput } from "../settings/input.js";
import { type Problem, SettingsError } from "../settings/problem.js";
import { protocols } from "../settings/trafficModes.js";
import { stackFileText } from "./stackFileText.js";

/** Answers to the questions of `init`; what is not given is asked for, or has a default. */
export interface InitOptions {
  out: string;
  cloud?: ClusterSettings["cloud"];
  project?: string;
  region?: string;
  from?: string;
  host?: string;
  protocol?: string;
  namespace?: string;
  account?: string;
}

type Key = Exclude<keyof InitOptions, "out">;

interface Question {
  key: Key;
  text: string;
  /** Taken where nobody answers. */
  standard?: string;
  /** @default always */
  isAsked?: (answers: InitOptions) => boolean;
}

const isCloud = (answers: InitOptions) => answers.cloud !== "existing";

const questions: Question[] = [
  { key: "cloud", text: "Where is the cluster: existing, gke or ack?", standard: "existing" },
  { key: "project", text: "Google Cloud project?", isAsked: ({ cloud }) => cloud === "gke" },
  { key: "region", text: "Region?", isAsked: isCloud },
  {
    key: "from",
    text: "Range of the network that runs `pulumi up`, which may reach the API server?",
    isAsked: ({ cloud }) => cloud === "ack",
  },
  { key: "host", text: "Host name of the database?" },
  { key: "protocol", text: `Protocol: ${protocols.join(", ")}?`, standard: "postgres" },
  { key: "namespace", text: "Namespace of the application?" },
  { key: "account", text: "Service account of the application?", standard: "default" },
];

/**
 * Writes a first stack file. Questions are asked in a terminal only, never in a pipeline.
 *
 * @throws {@link SettingsError} with every answer that is missing or wrong, before the file is written.
 */
export async function init(options: InitOptions): Promise<void> {
  if (existsSync(options.out))
    throw new SettingsError([
      { path: options.out, reason: "exists already", instead: "Name another file with --out, or remove it" },
    ]);
  const answers = await complete(options);
  const settings = settingsOf(answers);
  loadSettings({ ...settings });
  writeFileSync(options.out, textOf(settings));
  return print(
    `${options.out} is written. Next:\n  npx mesh-egress plan --config ${options.out}\n  npx mesh-egress access --config ${options.out}`,
  );
}

async function complete(options: InitOptions): Promise<InitOptions> {
  const answers = { ...options };
  const mayAsk = process.stdin.isTTY && !process.env["CI"];
  const terminal = mayAsk ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  const problems: Problem[] = [];
  for (const { key, text, standard, isAsked = () => true } of questions) {
    if (answers[key] !== undefined || !isAsked(answers)) continue;
    const answer = terminal && (await terminal.question(`${text} ${standard ? `(${standard}) ` : ""}`)).trim();
    const value = answer || standard;
    if (value === undefined) problems.push({ path: `--${key}`, reason: "is missing", instead: text });
    else answers[key] = value as never;
  }
  terminal?.close();
  if (problems.length > 0) throw new SettingsError(problems);
  return answers;
}

function settingsOf(answers: InitOptions): SettingsInput {
  const { host = "", protocol, namespace = "", account = "default" } = answers;
  const name = host.split(".")[0] || "database";
  return {
    cluster: clusterOf(answers),
    mesh: { kind: answers.cloud === "ack" ? "asm" : "istio" } as SettingsInput["mesh"],
    namespaces: [{ name: namespace }],
    databases: [{ name, host, protocol: protocol as never, clients: [{ namespace, serviceAccounts: [account] }] }],
    access: {
      assert: [
        {
          name: `${account} reaches ${name} through the gateway, authenticated`,
          from: { namespace, serviceAccount: account },
          to: { database: name },
          expect: "gateway",
          identity: true,
        },
      ],
    },
  };
}

/** Ranges that collide with nothing of one's own are for the user to choose; these are a start. */
function clusterOf({ cloud, project: inProject = "", region = "", from = "" }: InitOptions): SettingsInput["cluster"] {
  switch (cloud) {
    case "gke":
      return { cloud, project: inProject, region };
    case "ack":
      return {
        cloud,
        region,
        endpoint: "public",
        authorizedNetworks: [{ name: "up", range: from }],
        zones: [
          { zone: `${region}-i`, nodes: "10.0.0.0/24", pods: "10.64.0.0/20", gateway: "10.64.32.0/24" },
          { zone: `${region}-j`, nodes: "10.0.1.0/24", pods: "10.64.16.0/20", gateway: "10.64.33.0/24" },
        ],
        nodePool: { instanceTypes: ["ecs.g7.xlarge"] },
        gatewayPool: { instanceTypes: ["ecs.g7.large"] },
      };
    default:
      return { cloud: "existing" };
  }
}

function textOf(settings: SettingsInput): string {
  const region = settings.cluster.cloud === "ack" ? { "alicloud:region": settings.cluster.region } : {};
  return stackFileText([], settings, region);
}
