import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addresses, nodeName, type LabHost, type LabProcess } from "../host/labHost.js";
import type { Credentials } from "./kubeconfig.js";

const healthAddress = "127.0.0.1:10256";

/** kube-proxy makes the Services' addresses work, for pods and for the host, by nftables rules in the host's own namespace. */
export async function startServiceProxy(host: LabHost, credentials: Credentials): Promise<LabProcess> {
  const config = join(host.folder, "kube-proxy.json");
  await writeFile(config, JSON.stringify(settings(credentials.kubeconfigs.proxy)));
  const proxy = host.processes.start("kube-proxy", host.servers.programs["kube-proxy"], [`--config=${config}`]);
  await proxy.ready(async () => (await fetch(`http://${healthAddress}/healthz`)).ok, 30_000);
  return proxy;
}

function settings(kubeconfig: string): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig },
    hostnameOverride: nodeName,
    mode: "nftables",
    clusterCIDR: addresses.pods,
    nftables: { minSyncPeriod: "100ms" }, // a probe should not wait for a batch
    healthzBindAddress: healthAddress,
    metricsBindAddress: "127.0.0.1:10249",
    // The connection table's limits and the kernel's choice of victims belong to the machine.
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    oomScoreAdj: 0,
  };
}
