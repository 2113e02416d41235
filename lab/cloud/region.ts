import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { createServer, connect, type Server } from "node:net";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { startClusterBeside, type ClusterBeside } from "../controlplane/beside.js";
import { startLoadBalancers } from "../controlplane/loadBalancers.js";
import { addresses, type LabHost } from "../host/labHost.js";
import { type EndpointName, endpointNames, endpoints, hostsOf } from "./endpoints.js";
import { emptyWorld, Inventory, type World } from "./inventory.js";
import { definitionFiles, definitions } from "./kinds.js";
import { answers } from "./reach.js";
import { startAsmOperator } from "./asmOperator.js";
import { startKubelet } from "./kubelet.js";
import { all } from "./rules.js";
import type { SiteFiles } from "./site.js";

const ports = { cluster: 7443, mesh: 8443 };

/** The API servers that the clouds of the lab hand out, and the ways to them. */
export interface CloudRegion {
  readonly cluster: ClusterBeside;
  readonly mesh: ClusterBeside;
  /** A cloud with nothing in it but what is given, in which a stack can be deployed by this environment. */
  open(name: string, given?: Partial<World>): Promise<OpenedCloud>;
}

export interface OpenedCloud {
  readonly inventory: Inventory;
  /** Variables for the engine and its plug-ins. */
  readonly env: Record<string, string>;
}

/** Starts both API servers and what stands in for nodes; ends with the host. */
export async function startRegion(host: LabHost): Promise<CloudRegion> {
  const folder = join(host.folder, "clouds");
  await mkdir(folder, { recursive: true });
  const start = (name: "cluster" | "mesh") =>
    startClusterBeside(host, {
      name: `cloud-${name}`,
      port: ports[name],
      hosts: hostsOf(name),
      schedules: name === "cluster",
    });
  const [cluster, mesh] = await Promise.all([start("cluster"), start("mesh")]);
  const site = join(folder, "site.json");
  await writeFile(site, JSON.stringify(await siteFiles(host, folder, { cluster, mesh })));
  const current: { inventory?: Inventory } = {};
  await openEndpoints(host, () => current.inventory?.read());
  await Promise.all([startKubelet(host, cluster.kubeconfigPath), startLoadBalancers(host, cluster.kubeconfigPath)]);
  startAsmOperator(host, { cluster: cluster.kubeconfigPath, mesh: mesh.kubeconfigPath }, () => {
    const world = current.inventory?.read();
    const [joined] = world ? all(world, "alicloud:servicemesh/serviceMesh:ServiceMesh") : [];
    return (joined?.inputs["clusterIds"] as string[] | undefined)?.[0];
  });
  const environment = await environmentOf(folder, cluster, site);
  const open: CloudRegion["open"] = async (name, given) => {
    const file = join(folder, `${name}.json`);
    const inventory = new Inventory(file);
    inventory.write({ ...structuredClone(emptyWorld), ...given });
    current.inventory = inventory;
    return { inventory, env: { ...environment, LAB_CLOUD_INVENTORY: file } };
  };
  return { cluster, mesh, open };
}

async function siteFiles(
  host: LabHost,
  folder: string,
  servers: Record<"cluster" | "mesh", ClusterBeside>,
): Promise<SiteFiles> {
  const written = Object.entries(definitions).map(async ([name, definition]) => {
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify(definition));
    return [name, [file]] as const;
  });
  const kinds = {
    ...definitionFiles(host.servers),
    ...Object.fromEntries(await Promise.all(written)),
  } as SiteFiles["kinds"];
  const kubeconfigs = { cluster: servers.cluster.kubeconfigPath, mesh: servers.mesh.kubeconfigPath };
  return { kubeconfigs, kubectl: host.servers.programs.kubectl, kinds };
}

/** The plug-in that a GKE kubeconfig calls for a token. */
const tokenPlugin = (token: string) => `#!/bin/sh
echo '${JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1beta1", kind: "ExecCredential", status: { token } })}'
`;

async function environmentOf(folder: string, { kubeconfigPath, caFile }: ClusterBeside, site: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "gke-gcloud-auth-plugin"), tokenPlugin(config.getCurrentUser()?.token ?? ""), {
    mode: 0o700,
  });
  return {
    LAB_CLOUD_SITE: site,
    PATH: `${bin}:${process.env["PATH"]}`,
    // The name of a GKE cluster's endpoint is signed by an authority that every client trusts.
    SSL_CERT_FILE: caFile,
  };
}

/** Listens at every address by which an API server is dialled; answers from where the cloud lets it be reached. */
async function openEndpoints(host: LabHost, world: () => World | undefined): Promise<void> {
  const distinct = Object.values(endpoints).map(({ address }) => `addr add ${address}/32 dev lo`);
  await execa("ip", ["-batch", "-"], { input: `${distinct.join("\n")}\n` });
  const names = Object.entries(endpointNames).map(([name, address]) => `${address} ${name}\n`);
  await appendFile("/etc/hosts", names.join(""));
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const server = await listen(name, world);
    host.onClose(() => void server.close());
  }
}

async function listen(name: EndpointName, world: () => World | undefined): Promise<Server> {
  const port = name.startsWith("asm") ? ports.mesh : ports.cluster;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    const now = world();
    if (!now || !answers(name, now)) return void socket.destroy();
    const upstream = connect(port, addresses.node);
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(endpoints[name].port, endpoints[name].address, resolve);
  });
  return server;
}
