import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chartRepository } from "../mesh/chartRepository.js";
import { type Ended, type Workplace, withPackage } from "./programs.js";

export const templates = ["existing", "gke", "ack"] as const;
export type Template = (typeof templates)[number];

/** Answers that have no default. */
const answers: Record<Template, Record<string, string>> = {
  existing: {},
  gke: { "gcp:project": "example-project" },
  ack: { operators: "203.0.113.0/24" },
};
const application = { host: "orders.db.example.com", namespace: "shop", serviceAccount: "orders" };

/** A project that `pulumi new` made of a template, and what it printed. */
export interface NewProject extends Ended {
  folder: string;
}

/** Runs `pulumi new` as a user does, with the answers as options. */
export async function newProject({ root, pulumi }: Workplace, template: Template): Promise<NewProject> {
  const folder = join(root, "projects", template);
  await mkdir(folder, { recursive: true });
  const given = Object.entries({ ...application, ...answers[template] });
  const ended = await pulumi(
    folder,
    ...["new", resolve("templates", template), "--offline", "--yes", "--name", `of-${template}`, "--stack", "new"],
    ...given.flatMap(([key, value]) => ["--config", `${key}=${value}`]),
  );
  await withPackage(folder);
  await fromLabsCharts(join(folder, "index.ts"), 'kind: "istio"');
  return { ...ended, folder };
}

/** Takes Istio's charts from the lab: their own registry is out of reach. */
export async function fromLabsCharts(file: string, kind: string): Promise<void> {
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(kind, `${kind}, repository: "${chartRepository}"`));
}
