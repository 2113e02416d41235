import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { addresses, type LabHost } from "../host/labHost.js";
import { CertificateAuthority } from "../host/certificates.js";
import { ApiServer } from "./apiServer.js";
import { startControllerManager, startScheduler } from "./controllers.js";
import { writeCredentials } from "./kubeconfig.js";
import { kubectlFor, type Kubectl } from "./kubectl.js";

/** A cluster beside the lab's own: an API server and its controllers, without a node. */
export interface ClusterBeside {
  /** Its administrator's. */
  readonly kubeconfigPath: string;
  /** PEM file of the authority that signed its certificate. */
  readonly caFile: string;
  readonly port: number;
  readonly kubectl: Kubectl;
}

/**
 * Starts a cluster that shares nothing with the lab's own but the store's process.
 *
 * @param hosts names and addresses that its certificate holds
 * @param schedules whether it runs pods
 */
export async function startClusterBeside(
  host: LabHost,
  { name, port, hosts, schedules }: { name: string; port: number; hosts: readonly string[]; schedules: boolean },
): Promise<ClusterBeside> {
  const folder = join(host.folder, name);
  await mkdir(folder, { recursive: true });
  const authority = await CertificateAuthority.create(folder, `${name}-ca`);
  const caFile = authority.certificate.certFile;
  const credentials = await writeCredentials(folder, caFile, `https://${addresses.node}:${port}`);
  const at = { process: `kube-apiserver-${name}`, port, prefix: `/${name}`, hosts };
  const apiServer = await ApiServer.prepare(host, authority, folder, credentials.tokenFile, at);
  await apiServer.start();
  startControllerManager(host, credentials, caFile, apiServer.serviceAccountKeyFile, name);
  if (schedules) startScheduler(host, credentials, name);
  const kubeconfigPath = credentials.kubeconfigs.admin;
  return { kubeconfigPath, caFile, port, kubectl: kubectlFor(host, kubeconfigPath) };
}
