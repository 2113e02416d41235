import { nodeName, type LabHost, type LabProcess } from "../host/labHost.js";
import type { Kubectl } from "./kubectl.js";

const healthPort = 9099;

/** Calico's custom resources and the one object without which Felix waits for ever. */
export async function installCalicoResources(host: LabHost, kubectl: Kubectl): Promise<void> {
  await kubectl(["apply", "--server-side", "-f", host.servers.calicoCrds]);
  await kubectl(["wait", "--for=condition=Established", "--timeout=20s", "-f", host.servers.calicoCrds]);
  await kubectl(["apply", "--server-side", "-f", "-"], {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "ClusterInformation",
    metadata: { name: "default" },
    spec: { clusterGUID: "lab", datastoreReady: true },
  });
}

/** Calico Felix enforces NetworkPolicy and GlobalNetworkPolicy on the host's ends of the pods' interfaces. */
export async function startFelix(host: LabHost, kubeconfig: string): Promise<LabProcess> {
  const felix = host.processes.start("calico-felix", host.servers.programs["calico-felix"], [], {
    env: { ...felixSettings, KUBECONFIG: kubeconfig },
  });
  await felix.ready(async () => (await fetch(`http://127.0.0.1:${healthPort}/readiness`)).ok, 60_000);
  return felix;
}

const felixSettings = {
  DATASTORE_TYPE: "kubernetes",
  FELIX_DATASTORETYPE: "kubernetes",
  FELIX_FELIXHOSTNAME: nodeName,
  FELIX_INTERFACEPREFIX: "cali",
  FELIX_IPTABLESBACKEND: "NFT", // the older backend needs kernel modules that are not everywhere
  // A pod's route is laid by the node agent, before Felix knows the pod.
  FELIX_REMOVEEXTERNALROUTES: "false",
  // Services of the host itself, the API server first, are not what the policies under test are about.
  FELIX_DEFAULTENDPOINTTOHOSTACTION: "ACCEPT",
  // One node without tunnels, IPv4, no kernel modules to be loaded.
  FELIX_IPV6SUPPORT: "false",
  FELIX_VXLANENABLED: "false",
  FELIX_IPINIPENABLED: "false",
  FELIX_WIREGUARDENABLED: "false",
  FELIX_BPFENABLED: "false",
  FELIX_XDPENABLED: "false",
  FELIX_USAGEREPORTINGENABLED: "false",
  FELIX_LOGFILEPATH: "none",
  FELIX_LOGSEVERITYSYS: "none",
  FELIX_LOGSEVERITYSCREEN: "Warning",
  FELIX_HEALTHENABLED: "true",
  FELIX_HEALTHPORT: String(healthPort),
};
