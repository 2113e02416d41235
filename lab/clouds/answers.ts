import { connect } from "node:tls";
import { type EndpointName, endpoints } from "../cloud/endpoints.js";
import type { Inventory, World } from "../cloud/inventory.js";
import { runners } from "../cloud/reach.js";

const patienceMs = 5_000;

/** The endpoints of API servers that answer a TLS handshake, by where they are dialled from. */
export async function answersBy(inventory: Inventory): Promise<Record<World["runner"], EndpointName[]>> {
  const before = inventory.read().runner;
  const seen = {} as Record<World["runner"], EndpointName[]>;
  for (const runner of Object.keys(runners) as World["runner"][]) {
    inventory.change((world) => void (world.runner = runner));
    const names = Object.keys(endpoints) as EndpointName[];
    const answering = await Promise.all(names.map(async (name) => ((await answers(name)) ? [name] : [])));
    seen[runner] = answering.flat();
  }
  inventory.change((world) => void (world.runner = before));
  return seen;
}

function answers(name: EndpointName): Promise<boolean> {
  const { address: host, port } = endpoints[name];
  return new Promise((resolve) => {
    // Whether it answers, not who answers: the kubeconfig that Pulumi dials holds the authority.
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: patienceMs });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("secureConnect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
