import { readFile, writeFile } from "node:fs/promises";
import { readYaml, writeYaml } from "mesh-access/yaml";
import type { ControlPlane } from "../controlplane/controlPlane.js";
import { type MeshEgress, printedBy } from "./meshEgress.js";

const namespace = "default";
const name = "reader";

/** The kubeconfig of a user who has the role that `mesh-egress collect --role` prints, and no other right. */
export async function readOnlyKubeconfig(
  { kubectl, kubeconfigPath }: ControlPlane,
  meshEgress: MeshEgress,
  file: string,
): Promise<string> {
  const role = readYaml((await printedBy(meshEgress(["collect", "--role"]))).stdout).value as {
    metadata: { name: string };
  };
  const subjects = [{ kind: "ServiceAccount", name, namespace }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name };
  const items = [
    role,
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name }, roleRef, subjects },
  ];
  await kubectl(["apply", "-f", "-"], { apiVersion: "v1", kind: "List", items });
  const token = await kubectl(["create", "token", name, "-n", namespace]);
  const admin = readYaml(await readFile(kubeconfigPath, "utf8")).value as { users: { name: string }[] };
  const users = admin.users.map((user) => ({ name: user.name, user: { token: token.trim() } }));
  await writeFile(file, writeYaml({ ...admin, users }), { mode: 0o600 });
  return file;
}

/** Takes the user and the role away again. */
export async function removeReader({ kubectl }: ControlPlane): Promise<void> {
  await kubectl(["delete", "clusterrolebinding", name, "--ignore-not-found"]);
  await kubectl(["delete", "clusterrole", "mesh-access-reader", "--ignore-not-found"]);
  await kubectl(["delete", "serviceaccount", name, "-n", namespace, "--ignore-not-found"]);
}
