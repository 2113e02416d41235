import { nearest } from "mesh-access/nearest";
import { z } from "zod";
import { objectName } from "./formats.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";
import { isOlder, numbersOf } from "./versions.js";

/** Istio's word for the control plane that was installed without a revision. */
export const unnamedRevision = "default";

/** The release is called `istiod-<name>`, and Helm takes 53 characters. */
const longestRevision = 46;

const revision = z.strictObject({
  name: objectName
    .max(longestRevision)
    .describe(`Name of the revision. \`${unnamedRevision}\` is the control plane that was installed without one.`),
  version: z.string().optional().describe("Version of its Helm chart. Default: `mesh.version`."),
});

/** Keys of `mesh` with which control planes of several revisions stand side by side. */
export const revisionKeys = {
  revisions: z
    .array(revision)
    .min(1)
    .default([{ name: unnamedRevision }])
    .describe(
      "Control planes that stand side by side. To upgrade: add one, move gateway and namespaces to it, take the old one out, with an `up` for each step (docs/upgrades.md). Default: one, without a name.",
    ),
  tags: z
    .record(objectName, objectName)
    .default({})
    .describe(
      "Revision tags: names that namespaces may use in place of a revision, each with the revision it stands for. A tag that is moved takes all its namespaces along.",
    ),
  defaultRevision: objectName
    .optional()
    .describe(
      "Revision, or tag, of the gateway and of namespaces that name none. With several revisions it has to be written. Default: the only revision.",
    ),
};

/** What settings and components say of control planes. */
export interface Revisions {
  version: string;
  revisions: readonly { name: string; version?: string }[];
  tags: Readonly<Record<string, string>>;
  defaultRevision?: string;
}

/** The revision, or the tag, of whatever names none. */
export function defaultRevisionOf({
  revisions = [],
  defaultRevision,
}: Partial<Pick<Revisions, "revisions" | "defaultRevision">>): string {
  return defaultRevision ?? revisions[0]?.name ?? unnamedRevision;
}

/** The revision that a name stands for: its own, or that of a tag. */
export function revisionNamed(mesh: Pick<Revisions, "tags">, name: string): string {
  return (Object.hasOwn(mesh.tags, name) ? mesh.tags[name] : undefined) ?? name;
}

/** Name of a revision's Helm release, and of its Service. */
export function releaseOf({ name }: { name: string }): string {
  return name === unnamedRevision ? "istiod" : `istiod-${name}`;
}

/** Whether the control plane has a name, or there is more than one. */
export function namesRevisions({ revisions }: Pick<Revisions, "revisions">): boolean {
  return revisions.some(({ name }) => name !== unnamedRevision);
}

/** Version of each control plane, and the setting that says it. */
export function versionsOf({ version, revisions }: Pick<Revisions, "version" | "revisions">) {
  return revisions.map((one, i) =>
    one.version === undefined
      ? { version, path: "mesh.version" }
      : { version: one.version, path: `mesh.revisions[${i}].version` },
  );
}

/** A place in the settings that names a revision or a tag. */
interface Use {
  path: string;
  value: string;
}

/**
 * What is wrong with revisions and tags, and with those who name them. A revision that is taken out while somebody still
 * uses it would leave sidecars without configuration and certificates.
 */
export function revisionProblems(mesh: Revisions, uses: readonly Use[]): Problem[] {
  const { revisions, tags, defaultRevision } = mesh;
  const names = revisions.map(({ name }) => name);
  const first = names[0] ?? unnamedRevision;
  return [
    ...repeated(
      names.map((value, i) => ({ path: `mesh.revisions[${i}].name`, value })),
      () => "is listed already",
      "Keep one of them",
    ),
    ...tagProblems(tags, names),
    ...(names.length > 1 && defaultRevision === undefined
      ? [
          {
            path: "mesh.defaultRevision",
            reason: `is missing, and mesh.revisions has ${names.join(", ")}`,
            instead: `Write ${first}, or the one that gateway and namespaces are to move to`,
          },
        ]
      : []),
    ...[...(defaultRevision === undefined ? [] : [{ path: "mesh.defaultRevision", value: defaultRevision }]), ...uses]
      .filter(({ value }) => !names.includes(value) && !Object.hasOwn(tags, value))
      .map((use) => unknown(use, [...names, ...Object.keys(tags)], "mesh.revisions and mesh.tags")),
    ...skewProblems(mesh),
  ];
}

function unknown({ path, value }: Use, known: readonly string[], where: string): Problem {
  const near = nearest(value, known);
  return {
    path,
    value,
    reason: `is not among ${where}`,
    instead: near
      ? `Did you mean ${near}?`
      : `Write ${known.join(" or ")}. A revision stays in mesh.revisions until nobody uses it`,
  };
}

function tagProblems(tags: Revisions["tags"], names: readonly string[]): Problem[] {
  return Object.entries(tags).flatMap(([tag, value]) => [
    ...(names.includes(tag)
      ? [
          {
            path: `mesh.tags.${tag}`,
            value,
            reason: "has the name of a revision, and pods would get a sidecar from both",
            instead: "Rename the tag, or take the revision out",
          },
        ]
      : []),
    ...(names.includes(value) ? [] : [unknown({ path: `mesh.tags.${tag}`, value }, names, "mesh.revisions")]),
  ]);
}

/** Custom resource definitions and CNI plug-in are there once, for all revisions. */
function skewProblems({ version, revisions }: Revisions): Problem[] {
  return revisions.flatMap(({ version: own }, i) =>
    own !== undefined && isOlder(version, numbersOf(own))
      ? [
          {
            path: `mesh.revisions[${i}].version`,
            value: own,
            reason: `is newer than mesh.version ${version}, which the custom resource definitions and the CNI plug-in have`,
            instead: `Set mesh.version to ${own}, and give older revisions a version of their own`,
          },
        ]
      : [],
  );
}
