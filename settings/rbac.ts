import { z } from "zod";
import { objectName } from "./formats.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";

const rule = z.strictObject({
  apiGroups: z.array(z.string()).min(1).default([""]).describe("API groups. Default: the core group."),
  resources: z.array(z.string()).min(1).describe("Resources, such as `pods` or `pods/log`."),
  verbs: z.array(z.string()).min(1).describe("Verbs, such as `get`, `list`, `watch`."),
  resourceNames: z.array(z.string()).min(1).optional().describe("Only the objects of these names."),
});

const subject = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("ServiceAccount"),
    name: objectName.describe("Service account."),
    namespace: objectName.optional().describe("Its namespace. Default: the role's."),
    create: z.boolean().default(false).describe("Create it, without a token in pods unless they ask for one."),
  }),
  z.strictObject({ kind: z.literal("Group"), name: z.string().min(1).describe("Group of the identity provider.") }),
  z.strictObject({ kind: z.literal("User"), name: z.string().min(1).describe("User of the identity provider.") }),
]);

const role = z.strictObject({
  name: objectName.describe("Name of role and binding."),
  namespace: objectName.optional().describe("Namespace the role holds in. Default: the whole cluster."),
  rules: z.array(rule).min(1).describe("What it allows."),
  subjects: z.array(subject).min(1).describe("Whom it allows it."),
  allowWildcards: z.boolean().default(false).describe("Accept `*` in the rules: a relaxation."),
});

/** `rbac`: who may do what at the API server. */
export const rbacSchema = z.array(role).default([]);
export type RoleSettings = z.output<typeof rbacSchema>[number];

/** Role and binding are named after the entry. */
export function rolesTwice(roles: RoleSettings[]): Problem[] {
  const entries = roles.map(({ name, namespace = "" }, i) => ({
    path: `rbac[${i}].name`,
    value: name,
    identity: `${namespace}/${name}`,
  }));
  return repeated(entries, () => "is the name of another role there", "Rename one, or put the rules of both into one");
}

/** Keys of a rule in which a wildcard means everything there is, and everything there will be. */
const broad = ["apiGroups", "resources", "verbs"] as const;

/** What makes a role more than least privilege. */
export function roleProblems(
  role: {
    namespace?: string;
    rules: { apiGroups?: string[]; resources: string[]; verbs: string[] }[];
    subjects: { kind: string; name: string; namespace?: string }[];
    allowWildcards?: boolean;
  },
  path: string,
): Problem[] {
  const wildcards = role.rules.flatMap((rule, index) =>
    broad.flatMap((key) =>
      !role.allowWildcards && rule[key]?.some((value) => value.includes("*"))
        ? [
            {
              path: `${path}.rules[${index}].${key}`,
              value: "*",
              reason: "allows everything there is and will be",
              instead: "Name what is needed, or set allowWildcards",
            },
          ]
        : [],
    ),
  );
  const withoutNamespace = role.subjects.flatMap((subject, index) =>
    subject.kind === "ServiceAccount" && !subject.namespace && !role.namespace
      ? [
          {
            path: `${path}.subjects[${index}].namespace`,
            reason: "is missing: a role for the whole cluster has no namespace to take it from",
            instead: "Write the service account's namespace",
          },
        ]
      : [],
  );
  return [...wildcards, ...withoutNamespace];
}
