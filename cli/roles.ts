import { print } from "mesh-access/cli";
import { writeDocuments } from "mesh-access/yaml";
import { blueprintOf } from "../components/blueprint.js";
import { deployerRoles } from "../components/rbac/deployerRoles.js";
import type { RoleSubject } from "../components/rbac/leastPrivilegeRole.js";
import { SettingsError } from "../settings/problem.js";
import { withMembers } from "../settings/srv.js";
import { loadStackFile } from "../settings/stackFile.js";
import { type StackOption, stackFile } from "./stackOption.js";

interface Options extends StackOption {
  user?: string;
  group?: string;
  serviceAccount?: string;
}

export async function roles(options: Options): Promise<void> {
  const subjects = subjectsOf(options);
  const settings = await withMembers(loadStackFile(stackFile(options)).settings);
  return print(writeDocuments(deployerRoles(blueprintOf(settings), subjects)).trimEnd());
}

/** @throws {@link SettingsError} when nobody is named. */
function subjectsOf({ user, group, serviceAccount }: Options): RoleSubject[] {
  const [namespace, account, ...rest] = serviceAccount?.split("/") ?? [];
  const named: RoleSubject[] = [
    ...(user ? [{ kind: "User" as const, name: user }] : []),
    ...(group ? [{ kind: "Group" as const, name: group }] : []),
    ...(namespace && account && rest.length === 0
      ? [{ kind: "ServiceAccount" as const, name: account, namespace }]
      : []),
  ];
  if (named.length > 0 && (serviceAccount === undefined || account)) return named;
  throw new SettingsError([
    serviceAccount === undefined
      ? {
          path: "--user",
          reason: "is missing",
          instead: "Name who runs pulumi up: --user, --group or --service-account",
        }
      : {
          path: "--service-account",
          value: serviceAccount,
          reason: "is not a service account",
          instead: "Write NAMESPACE/NAME",
        },
  ]);
}
