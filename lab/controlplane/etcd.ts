import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LabHost, LabProcess } from "../host/labHost.js";

export const etcdUrl = "http://127.0.0.1:2379";
const peerUrl = "http://127.0.0.1:2380";

/** Starts the API server's store; its data is in memory, like all of the lab host. */
export async function startEtcd(host: LabHost): Promise<LabProcess> {
  const data = join(host.folder, "etcd");
  await mkdir(data, { recursive: true, mode: 0o700 });
  const clients = ["--listen-client-urls", etcdUrl, "--advertise-client-urls", etcdUrl];
  const peers = [
    "--listen-peer-urls",
    peerUrl,
    "--initial-advertise-peer-urls",
    peerUrl,
    "--initial-cluster",
    `default=${peerUrl}`,
  ];
  const etcd = host.processes.start("etcd", "etcd", ["--data-dir", data, ...clients, ...peers]);
  await etcd.ready(async () => (await fetch(`${etcdUrl}/health`)).ok, 20_000);
  return etcd;
}
