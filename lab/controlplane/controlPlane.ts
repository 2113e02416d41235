import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { until, type LabHost, type LabProcess } from "../host/labHost.js";
import { CertificateAuthority } from "../host/certificates.js";
import { ApiServer } from "./apiServer.js";
import { startControllerManager, startScheduler } from "./controllers.js";
import { startEtcd } from "./etcd.js";
import { writeCredentials } from "./kubeconfig.js";
import { kubectlFor, type Kubectl } from "./kubectl.js";
import { installCalicoResources, startFelix } from "./networkPolicy.js";
import { labNode } from "./node.js";
import { startServiceProxy } from "./serviceProxy.js";

export { apiUrl } from "./kubeconfig.js";
export type { Kubectl } from "./kubectl.js";

/** A running cluster without pods: everything but what turns Pods into processes. */
export interface ControlPlane {
  /** The cluster administrator's. */
  readonly kubeconfigPath: string;
  /** The authority that signed the API server's certificate; pods find it in `kube-root-ca.crt`. */
  readonly authority: CertificateAuthority;
  /** To be stopped and started by fault probes. */
  readonly apiServer: Pick<ApiServer, "start" | "stop">;
  readonly kubectl: Kubectl;
  /** Ends every process started here. Not needed before the host goes down. */
  stop(): Promise<void>;
}

/** Starts a control plane, with service addresses and network policy, and waits until all of it is ready. */
export async function startControlPlane(
  host: LabHost,
  options: { progress?: (line: string) => void } = {},
): Promise<ControlPlane> {
  const stepDone = stopwatch(options.progress ?? (() => undefined));
  const folder = join(host.folder, "controlplane");
  await mkdir(folder, { recursive: true });
  const [etcd, authority] = await Promise.all([startEtcd(host), CertificateAuthority.create(folder, "lab-ca")]);
  const caFile = authority.certificate.certFile;
  const credentials = await writeCredentials(folder, caFile);
  const kubeconfigPath = credentials.kubeconfigs.admin;
  const kubectl = kubectlFor(host, kubeconfigPath);
  const apiServer = await ApiServer.prepare(host, authority, folder, credentials.tokenFile);
  await apiServer.start();
  stepDone("API server");

  const startLeaders = (): LabProcess[] => [
    startControllerManager(host, credentials, caFile, apiServer.serviceAccountKeyFile),
    startScheduler(host, credentials),
  ];
  let leaders = startLeaders();
  await kubectl(["create", "-f", "-"], labNode(new Date()));
  const [proxy, felix] = await Promise.all([
    startServiceProxy(host, credentials),
    installCalicoResources(host, kubectl).then(() => startFelix(host, kubeconfigPath)),
    untilNamespacesAreFilled(kubectl),
  ]);
  stepDone("controllers, scheduler, service addresses, network policy");

  // Elsewhere these two lose their leadership with the API server and begin anew. The lab elects nobody, so it restarts them;
  // their watches alone would come back only after up to half a minute of backing off.
  const startAgain = async (): Promise<void> => {
    await Promise.all([apiServer.start(), ...leaders.map((leader) => leader.stop())]);
    leaders = startLeaders();
  };
  const stop = async (): Promise<void> => {
    await Promise.all([felix, proxy, ...leaders].map((process) => process.stop()));
    await apiServer.stop();
    await etcd.stop();
  };
  const restartable = { start: startAgain, stop: (signal?: NodeJS.Signals) => apiServer.stop(signal) };
  return { kubeconfigPath, authority, apiServer: restartable, kubectl, stop };
}

/** Every Pod needs its namespace's service account and the cluster's root certificate. */
async function untilNamespacesAreFilled(kubectl: Kubectl): Promise<void> {
  const objects = ["serviceaccount/default", "configmap/kube-root-ca.crt"];
  await until("the controller manager", () => kubectl(["get", "-o", "name", ...objects]), {
    timeoutMs: 30_000,
    intervalMs: 300,
  });
}

function stopwatch(progress: (line: string) => void): (what: string) => void {
  let since = Date.now();
  return (what) => {
    progress(`${what}: ready in ${((Date.now() - since) / 1000).toFixed(1)} s`);
    since = Date.now();
  };
}
