import pc from "picocolors";
import { count } from "mesh-access/output";
import { controlPlaneLines } from "../plan/controlPlanes.js";
import type { PlannedResource } from "../plan/recording.js";
import type { Plan } from "../plan/stack.js";
import { type Branch, byLayer } from "./layers.js";

/** Characters for what a resource waits for; the rest is counted. */
const roomForNames = 60;

/** What a line is drawn beneath. What the parent waits for, its children need not repeat. */
type Above = Pick<PlannedResource, "name" | "dependencies">;

const platform: Above = { name: "platform", dependencies: [] };

/** The plan as a person reads it: layers, beneath them components and their resources. */
export function tree(plan: Plan, reach: readonly string[] = []): string {
  const names = new Map(plan.resources.map(({ urn, name }) => [urn, name]));
  const lines = [...byLayer(plan.resources)].flatMap(([layer, branches]) => [
    "",
    `${pc.bold(pc.cyan(layer))} ${pc.dim(size(branches))}`,
    ...drawn(branches, "", platform, names),
  ]);
  const resources = ["", pc.bold(pc.cyan("Resources")), ...lines];
  const above = [...changesForOthers(plan), ...controlPlanes(plan), ...reach];
  return [heading(plan), ...above, ...resources, "", ...footnotes(plan)].join("\n");
}

function heading({ stack, settings, resources, cluster: judgedOn }: Plan): string {
  const { cluster, mesh, databases } = settings;
  const judged = judgedOn === undefined ? "" : `, judged on ${judgedOn}`;
  return `${pc.bold(`Stack ${stack}`)}: ${resources.length} resources on ${cluster.cloud} with ${mesh.kind}, ${count(databases.length, "database")}${judged}`;
}

/** What the stack changes for others, before anything else: on a cluster of its own there are none. */
function changesForOthers({ changes, settings }: Plan): string[] {
  if (settings.cluster.cloud !== "existing") return [];
  if (changes.length === 0) return ["", `${pc.bold("Changes that affect others")}: none`];
  return [
    "",
    pc.bold("Changes that affect others"),
    ...changes.flatMap(({ what, object, keepOut, concerns }) => [
      `  ${pc.yellow("!")} ${what}`,
      ...(concerns === undefined ? [] : [`    It concerns ${concerns}.`]),
      `    ${pc.dim(`${object}. To keep it out: ${keepOut}`)}`,
    ]),
  ];
}

/** Control planes with names, and what they serve: without one there is nothing to move. */
function controlPlanes({ controlPlanes: planes }: Plan): string[] {
  if (planes.length === 0) return [];
  return ["", pc.bold("Control planes"), ...controlPlaneLines(planes).map((line) => `  ${line}`)];
}

function size(branches: Branch[]): string {
  const all = (list: Branch[]): number => list.reduce((sum, { children }) => sum + 1 + all(children), 0);
  return `(${all(branches)})`;
}

function drawn(branches: Branch[], indent: string, above: Above, names: Map<string, string>): string[] {
  return branches.flatMap(({ resource, children }, i) => {
    const last = i === branches.length - 1;
    const own = within(above, resource.name);
    const label = children.length > 0 ? pc.bold(own) : own;
    const waits = resource.dependencies
      .filter((urn) => !above.dependencies.includes(urn))
      .map((urn) => within(platform, within(above, names.get(urn) ?? urn)));
    return [
      `${indent}${pc.dim(last ? "└─" : "├─")} ${label} ${pc.dim(resource.type)}${after(waits)}`,
      ...drawn(children, `${indent}${last ? "   " : pc.dim("│  ")}`, resource, names),
    ];
  });
}

/** A name without that of the component it is in. */
const within = ({ name: component }: Pick<Above, "name">, name: string): string =>
  name.startsWith(`${component}-`) ? name.slice(component.length + 1) : name;

function after(names: string[]): string {
  if (names.length === 0) return "";
  const room = names.findIndex((_, i) => names.slice(0, i + 1).join(", ").length > roomForNames);
  const shown = room === -1 ? names.length : Math.max(1, room);
  const more = shown < names.length ? ` +${names.length - shown}` : "";
  return pc.dim(pc.yellow(` after ${names.slice(0, shown).join(", ")}${more}`));
}

function footnotes({ problems, missingSecrets, stack }: Plan): string[] {
  return [
    ...problems.map((problem) => `${pc.yellow("warning:")} ${problem}`),
    ...missingSecrets.map(
      (name) =>
        `${pc.yellow("secret not set:")} ${name}. Before \`pulumi up\`: pulumi config set --secret --path mesh-egress:secrets.${name} --stack ${stack}`,
    ),
  ];
}
