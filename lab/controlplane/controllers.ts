import { addresses, type LabHost, type LabProcess } from "../host/labHost.js";
import type { Credentials } from "./kubeconfig.js";

/** What the scenarios' resources need. The rest would only cost memory and start-up time. */
const controllers = [
  "clusterrole-aggregation-controller",
  "daemonset-controller",
  "deployment-controller",
  "disruption-controller",
  "endpoints-controller",
  "endpointslice-controller",
  "endpointslice-mirroring-controller",
  "garbage-collector-controller",
  "horizontal-pod-autoscaler-controller",
  "job-controller",
  "namespace-controller",
  "pod-garbage-collector-controller",
  "replicaset-controller",
  "resourcequota-controller",
  "root-ca-certificate-publisher-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "statefulset-controller",
];

/** How often autoscalers look. Their usual 15 s are for the sake of large clusters, and every gateway waits for its second pod. */
const autoscalerPeriod = "--horizontal-pod-autoscaler-sync-period=2s";

/** One node and one user: the clients' usual limits would only slow roll-outs down. */
const clientLimits = ["--kube-api-qps=200", "--kube-api-burst=400"];

/** Of the lab's own cluster; another's has another name and no port. */
const own = { suffix: "", flags: ["--bind-address=127.0.0.1"] };
const another = (of: string) => ({ suffix: `-${of}`, flags: ["--secure-port=0"] });

/** @param of name of a cluster beside the lab's own */
export function startControllerManager(
  host: LabHost,
  credentials: Credentials,
  caFile: string,
  signingKey: string,
  of?: string,
): LabProcess {
  const kubeconfig = credentials.kubeconfigs["controller-manager"];
  const { suffix, flags } = of === undefined ? own : another(of);
  const program = host.servers.programs["kube-controller-manager"];
  return host.processes.start(`kube-controller-manager${suffix}`, program, [
    `--kubeconfig=${kubeconfig}`,
    "--leader-elect=false",
    `--controllers=${controllers.join(",")}`,
    `--root-ca-file=${caFile}`,
    `--service-account-private-key-file=${signingKey}`,
    `--cluster-cidr=${addresses.pods}`,
    ...flags,
    autoscalerPeriod,
    ...clientLimits,
  ]);
}

/** @param of name of a cluster beside the lab's own */
export function startScheduler(host: LabHost, credentials: Credentials, of?: string): LabProcess {
  const { suffix, flags } = of === undefined ? own : another(of);
  return host.processes.start(`kube-scheduler${suffix}`, host.servers.programs["kube-scheduler"], [
    `--kubeconfig=${credentials.kubeconfigs.scheduler}`,
    "--leader-elect=false",
    ...flags,
    ...clientLimits,
  ]);
}
