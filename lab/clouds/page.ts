import { readFileSync } from "node:fs";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { readYaml, writeYaml } from "mesh-access/yaml";
import type { CloudRegion } from "../cloud/region.js";
import { userCommand } from "../command/userCommand.js";
import { chartRepository } from "../mesh/chartRepository.js";
import type { Finding } from "../probes/probe.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import type { Observation } from "../scenarios/observations.js";
import { startVendorCommands } from "./commandServer.js";

export const pages = ["gke", "ack"] as const;
export type Page = (typeof pages)[number];

export const pageTitle = (page: Page): string => `docs/clouds/${page}.md`;

export const walked: Observation = {
  observation: "page",
  title:
    "every command of the page's blocks in their order, back to zero at the end: `pulumi`, `kubectl` and `mesh-egress` as they are, the vendor's commands against its reference",
  expected: "each ends well; in the end nothing is left in the cloud",
};

/** What of a page is run: the stack file, and the commands in the order of somebody who follows it. */
export function scriptOf(page: Page): { stackFile: string; blocks: string[] } {
  const text = readFileSync(new URL(`../../${pageTitle(page)}`, import.meta.url), "utf8");
  const [, stackFile = ""] = /```yaml\n([^]*?)```/.exec(text) ?? [];
  const sections = text.split(/^## /m).map((section) => ({
    isLast: section.startsWith("Back to zero"),
    blocks: [...section.matchAll(/```(?:bash|sh)\n([^]*?)```/g)].map(([, block = ""]) => block),
  }));
  const inOrder = [...sections.filter(({ isLast }) => !isLast), ...sections.filter(({ isLast }) => isLast)];
  return { stackFile, blocks: inOrder.flatMap(({ blocks }) => blocks) };
}

type Place = Pick<RunningLab, "host" | "pulumiHome">;

/** Follows the page in a copy of the clone, in a shell of its own. */
export async function followPage(page: Page, place: Place, region: CloudRegion): Promise<Finding> {
  const pulumi = await userCommand(place, `page-${page}`);
  const cloud = await region.open(`page-${page}`);
  const { kubectl } = place.host.servers.programs;
  const home = join(place.host.folder, `page-${page}`, "home");
  await mkdir(home, { recursive: true });
  const commands = await startVendorCommands(home, {
    inventory: cloud.inventory,
    kubeconfig: kubeconfigOf(region),
    kubectl,
  });
  try {
    const { stackFile, blocks } = scriptOf(page);
    await writeFile(join(pulumi.folder, "stacks", "Pulumi.prod.yaml"), fromTheLab(stackFile));
    const script = join(home, "page.sh");
    await writeFile(script, "set -euo pipefail\n");
    for (const block of blocks) await appendFile(script, block);
    const env = {
      ...pulumi.env,
      ...cloud.env,
      PATH: [commands.folder, cloud.env["PATH"]].join(":"),
      HOME: home,
      KUBECONFIG: join(home, "kubeconfig"),
      PULUMI_SKIP_CONFIRMATIONS: "true",
    };
    const { exitCode, all } = await execa("bash", ["-x", script], {
      cwd: pulumi.folder,
      env,
      all: true,
      reject: false,
    });
    const left = cloud.inventory.read().items.map(({ id }) => id);
    const passed = exitCode === 0 && left.length === 0 && commands.heard.length > 0;
    const ended = exitCode === 0 ? "every command ended well" : `ended with ${String(exitCode)}`;
    const seen = [`${ended}, ${commands.heard.length} of them the vendor's`, ...left.map((id) => `left: ${id}`)];
    return { passed, seen: seen.join("; "), evidence: String(all).slice(-evidenceLength) };
  } finally {
    commands.close();
  }
}

/** The end of what the shell printed. */
const evidenceLength = 4000;

/** Istio's charts come from the lab. */
function fromTheLab(stackFile: string): string {
  const file = readYaml(stackFile).value as { config: Record<string, Record<string, unknown>> };
  const mesh = file.config["mesh-egress:mesh"] ?? {};
  if (mesh["kind"] === "istio") mesh["repository"] = chartRepository;
  return writeYaml(file);
}

/** Kubeconfigs as the vendors' commands write them. */
function kubeconfigOf({ cluster: { kubeconfigPath, caFile } }: CloudRegion) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const token = config.getCurrentUser()?.token;
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "gke-gcloud-auth-plugin",
    interactiveMode: "Never",
  };
  return (server: string, how: "token" | "plugin"): string =>
    writeYaml({
      ...{ apiVersion: "v1", kind: "Config", "current-context": "prod" },
      clusters: [{ name: "prod", cluster: how === "token" ? { server, "certificate-authority": caFile } : { server } }],
      contexts: [{ name: "prod", context: { cluster: "prod", user: "prod" } }],
      users: [{ name: "prod", user: how === "token" ? { token } : { exec } }],
    });
}
