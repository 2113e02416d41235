import pc from "picocolors";
import type { PlannedResource } from "../plan/recording.js";
import type { Plan } from "../plan/stack.js";
import { type Branch, byLayer } from "./layers.js";

const shownDependencies = 3;

/** What a line is drawn beneath. What the parent waits for, its children need not repeat. */
type Above = Pick<PlannedResource, "name" | "dependencies">;

/** The plan as a person reads it: layers, beneath them components and their resources. */
export function tree(plan: Plan): string {
  const names = new Map(plan.resources.map(({ urn, name }) => [urn, name]));
  const top: Above = { name: "platform", dependencies: [] };
  const lines = [...byLayer(plan.resources)].flatMap(([layer, branches]) => [
    "",
    `${pc.bold(pc.cyan(layer))} ${pc.dim(count(branches))}`,
    ...drawn(branches, "", top, names),
  ]);
  return [heading(plan), ...lines, "", ...footnotes(plan)].join("\n");
}

function heading({ stack, settings, resources }: Plan): string {
  const { cluster, mesh, databases } = settings;
  return `${pc.bold(`Stack ${stack}`)}: ${resources.length} resources on ${cluster.cloud} with ${mesh.kind}, ${databases.length} database${databases.length === 1 ? "" : "s"}`;
}

function count(branches: Branch[]): string {
  const all = (list: Branch[]): number => list.reduce((sum, { children }) => sum + 1 + all(children), 0);
  return `(${all(branches)})`;
}

function drawn(branches: Branch[], indent: string, above: Above, names: Map<string, string>): string[] {
  return branches.flatMap(({ resource, children }, i) => {
    const last = i === branches.length - 1;
    const own = resource.name.startsWith(`${above.name}-`) ? resource.name.slice(above.name.length + 1) : resource.name;
    const label = children.length > 0 ? pc.bold(own) : own;
    const waits = resource.dependencies.filter((urn) => !above.dependencies.includes(urn));
    return [
      `${indent}${pc.dim(last ? "└─" : "├─")} ${label} ${pc.dim(resource.type)}${after(waits, names)}`,
      ...drawn(children, `${indent}${last ? "   " : pc.dim("│  ")}`, resource, names),
    ];
  });
}

function after(dependencies: string[], names: Map<string, string>): string {
  if (dependencies.length === 0) return "";
  const known = dependencies.map((urn) => (names.get(urn) ?? urn).replace(/^platform-/, ""));
  const more = known.length > shownDependencies ? ` +${known.length - shownDependencies}` : "";
  return pc.dim(pc.yellow(` after ${known.slice(0, shownDependencies).join(", ")}${more}`));
}

function footnotes({ missingSecrets, stack }: Plan): string[] {
  return missingSecrets.map(
    (name) =>
      `${pc.yellow("secret not set:")} ${name}. Before \`pulumi up\`: pulumi config set --secret --path mesh-egress:secrets.${name} --stack ${stack}`,
  );
}
