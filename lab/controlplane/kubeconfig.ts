import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeYaml } from "mesh-access/yaml";
import { addresses, kubeconfigFile } from "../host/labHost.js";

/** The port the API server listens on, on every address of the lab host. */
export const apiPort = 6443;
export const apiUrl = `https://${addresses.node}:${apiPort}`;

/** Who the API server knows from the start. Roles for all but the first two come with Kubernetes. */
const identities = {
  admin: { user: "admin", group: "system:masters" },
  "controller-manager": { user: "system:kube-controller-manager", group: "system:masters" },
  scheduler: { user: "system:kube-scheduler", group: "system:authenticated" },
  proxy: { user: "system:kube-proxy", group: "system:authenticated" },
} as const;
export type Identity = keyof typeof identities;

/** Files by which programs prove who they are to the API server. */
export interface Credentials {
  /** For the API server: `token,user,uid,groups`. */
  readonly tokenFile: string;
  readonly kubeconfigs: Readonly<Record<Identity, string>>;
}

/**
 * Writes a token and a kubeconfig for every identity.
 *
 * @param server URL of the API server; the administrator's kubeconfig of another than the cluster's own is in `folder`
 */
export async function writeCredentials(folder: string, caFile: string, server = apiUrl): Promise<Credentials> {
  const names = Object.keys(identities) as Identity[];
  const tokens = Object.fromEntries(names.map((name) => [name, randomBytes(16).toString("hex")])) as Record<
    Identity,
    string
  >;
  const tokenFile = join(folder, "tokens.csv");
  const rows = names.map((name) => `${tokens[name]},${identities[name].user},${name},"${identities[name].group}"`);
  await writeFile(tokenFile, `${rows.join("\n")}\n`, { mode: 0o600 });
  const kubeconfigs = {} as Record<Identity, string>;
  for (const name of names) {
    const isTheCluster = name === "admin" && server === apiUrl;
    kubeconfigs[name] = isTheCluster ? kubeconfigFile : join(folder, `${name}.kubeconfig`);
    await writeFile(kubeconfigs[name], kubeconfig(server, caFile, name, tokens[name]), { mode: 0o600 });
  }
  return { tokenFile, kubeconfigs };
}

function kubeconfig(server: string, caFile: string, user: string, token: string): string {
  return writeYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server, "certificate-authority": caFile } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user } }],
    "current-context": "lab",
  });
}
