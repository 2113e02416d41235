import pc from "picocolors";
import type { Plan } from "../plan/stack.js";
import { type Branch, byLayer } from "./layers.js";

const shownDependencies = 3;

/** The plan as a person reads it: layers, beneath them components and their resources. */
export function tree(plan: Plan): string {
  const layers = byLayer(plan.resources);
  const names = new Map(plan.resources.map(({ urn, name }) => [urn, name]));
  const lines = [...layers].flatMap(([layer, branches]) => [
    "",
    `${pc.bold(pc.cyan(layer))} ${pc.dim(count(branches))}`,
    ...branches.flatMap((branch, i) => drawn(branch, "", i === branches.length - 1, names, "platform")),
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

function drawn(branch: Branch, indent: string, last: boolean, names: Map<string, string>, parent: string): string[] {
  const { resource, children } = branch;
  const own = resource.name.startsWith(`${parent}-`) ? resource.name.slice(parent.length + 1) : resource.name;
  const label = children.length > 0 ? pc.bold(own) : own;
  const line = `${indent}${pc.dim(last ? "└─" : "├─")} ${label} ${pc.dim(resource.type)}${after(resource.dependencies, names)}`;
  const below = `${indent}${last ? "   " : pc.dim("│  ")}`;
  return [
    line,
    ...children.flatMap((child, i) => drawn(child, below, i === children.length - 1, names, resource.name)),
  ];
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
