import type * as pulumi from "@pulumi/pulumi";
import type {
  IClusterRole,
  IClusterRoleBinding,
  IRole,
  IRoleBinding,
  ISubject,
} from "kubernetes-models/rbac.authorization.k8s.io/v1";
import type { IServiceAccount } from "kubernetes-models/v1";
import { SettingsError } from "../../settings/problem.js";
import { roleProblems } from "../../settings/rbac.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";

/** One thing a role allows. */
export interface RoleRule {
  /** API groups. @default the core group */
  apiGroups?: string[];
  /** Resources, such as pods or pods/log. */
  resources: string[];
  /** Verbs, such as get. */
  verbs: string[];
  /** Only the objects of these names. @default every object */
  resourceNames?: string[];
}

/** Who gets a role. */
export type RoleSubject =
  | {
      kind: "ServiceAccount";
      name: string;
      /** Its namespace. @default the role's */
      namespace?: string;
      /** Create it, without a token in pods unless they ask for one. @default false */
      create?: boolean;
    }
  | { kind: "Group" | "User"; name: string };

export interface LeastPrivilegeRoleArgs {
  /** Name of role and binding. */
  role: string;
  /** Namespace the role holds in. @default the whole cluster */
  namespace?: string;
  /** What it allows. */
  rules: RoleRule[];
  /** Whom it allows it. */
  subjects: RoleSubject[];
  /** Accept wildcards in the rules. @default false */
  allowWildcards?: boolean;
}

const apiGroup = "rbac.authorization.k8s.io";
const apiVersion = `${apiGroup}/v1` as const;

function boundSubject(subject: RoleSubject, namespace: string | undefined): ISubject {
  return subject.kind === "ServiceAccount"
    ? { kind: subject.kind, name: subject.name, namespace: subject.namespace ?? namespace }
    : { kind: subject.kind, name: subject.name, apiGroup };
}

function createdAccounts({ namespace, subjects }: LeastPrivilegeRoleArgs): (IServiceAccount & Manifest)[] {
  return subjects.flatMap((subject) =>
    subject.kind === "ServiceAccount" && subject.create
      ? [
          {
            apiVersion: "v1" as const,
            kind: "ServiceAccount" as const,
            metadata: { name: subject.name, namespace: subject.namespace ?? namespace },
            // A pod that calls the API server asks for the token itself; the others shall not hold one.
            automountServiceAccountToken: false,
          },
        ]
      : [],
  );
}

/** Accounts, role and binding; a namespace makes them hold there only. @throws {@link SettingsError} */
export function leastPrivilegeRoleManifests(args: LeastPrivilegeRoleArgs): Manifest[] {
  const problems = roleProblems(args, `rbac "${args.role}"`);
  if (problems.length > 0) throw new SettingsError(problems);
  const { role: name, namespace } = args;
  const rules = args.rules.map((rule) => ({ ...rule, apiGroups: rule.apiGroups ?? [""] }));
  const subjects = args.subjects.map((subject) => boundSubject(subject, namespace));
  const accounts = createdAccounts(args);
  if (namespace === undefined) {
    const role: IClusterRole & Manifest = { apiVersion, kind: "ClusterRole", metadata: { name }, rules };
    const roleRef = { apiGroup, kind: "ClusterRole", name };
    const binding: IClusterRoleBinding & Manifest = {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef,
      subjects,
    };
    return [...accounts, role, binding];
  }
  const metadata = { name, namespace };
  const role: IRole & Manifest = { apiVersion, kind: "Role", metadata, rules };
  const roleRef = { apiGroup, kind: "Role", name };
  const binding: IRoleBinding & Manifest = { apiVersion, kind: "RoleBinding", metadata, roleRef, subjects };
  return [...accounts, role, binding];
}

/** A role that allows what is named and nothing else, and whom. */
export class LeastPrivilegeRole extends ManifestComponent {
  constructor(name: string, args: LeastPrivilegeRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("LeastPrivilegeRole"), name, leastPrivilegeRoleManifests(args), {}, opts);
    this.registerOutputs({ role: args.role });
  }
}
