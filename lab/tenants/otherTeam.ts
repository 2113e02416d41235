import { machineAddresses } from "../outside/outside.js";
import type { Stage } from "../scenarios/stage.js";

/** A namespace whose team may write mesh configuration in it, and nowhere else. */
export const namespace = "other-team";
const networking = "networking.istio.io/v1";
/** A name of its own, for a server that answers in the database's protocol. */
const trapHost = "trap.example.com";
const trapAddress = machineAddresses.stock;
const ports = [{ number: 3306, name: "tcp", protocol: "TCP" }];

function serviceEntry(name: string, host: string, exportTo: readonly string[]): object {
  const endpoints = [{ address: trapAddress }];
  const spec = { hosts: [host], exportTo, location: "MESH_EXTERNAL", resolution: "STATIC", ports, endpoints };
  return { apiVersion: networking, kind: "ServiceEntry", metadata: { name, namespace }, spec };
}

/** Leads connections for a client's database to a server of its own. */
export function route(host: string, exportTo: readonly string[]): object[] {
  const destination = { host: trapHost, port: { number: 3306 } };
  return [
    serviceEntry("trap", trapHost, exportTo),
    {
      apiVersion: networking,
      kind: "VirtualService",
      metadata: { name: "trap", namespace },
      spec: { hosts: [host], exportTo, tcp: [{ match: [{ port: 3306 }], route: [{ destination }] }] },
    },
  ];
}

/** The database, at another address. */
export function entry(host: string, exportTo: readonly string[]): object[] {
  return [serviceEntry("duplicate", host, exportTo)];
}

/** Writes objects; those that stand already keep their age. */
export function writes(items: readonly object[]): (stage: Stage) => Promise<void> {
  return async ({ kubectl }) => {
    if (items.length === 0) return;
    await kubectl(["apply", "--server-side", "-f", "-"], { apiVersion: "v1", kind: "List", items });
  };
}

/** Removes all that the team has written, then writes objects anew. */
export function writesAnew(items: readonly object[]): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.kubectl(["delete", "serviceentries,virtualservices", "-n", namespace, "--all"]);
    await writes(items)(stage);
  };
}
