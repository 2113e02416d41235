import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brokerAddresses, kafkaListeners } from "./kafkaListeners.js";
import { listens, type Machine } from "./machine.js";

/** Kafka's brokers, plain and over TLS, with names of their own on every listener. */
export function kafka(name: string, address: string): Machine {
  const listeners = Object.values(kafkaListeners);
  const ports = listeners.map(({ port }) => port);
  return {
    name,
    address,
    furtherAddresses: brokerAddresses.filter((broker) => broker !== address),
    ports,
    start: async (place, { certificate: { certFile, keyFile } }) => {
      const file = join(place.folder, "listeners.json");
      await writeFile(file, JSON.stringify(listeners.map(listenerFor)));
      const tls = ["-tls-cert", certFile, "-tls-key", keyFile];
      await place.server(place.servers.programs.kafka, ["serve", "-listeners", file, ...tls], {
        ready: () => Promise.all(ports.map((port) => listens(address, port))),
      });
    },
  };
}

/** A listener as the server reads it. */
function listenerFor({ port, tls, brokers }: (typeof kafkaListeners)[string]): object {
  return {
    tls,
    brokers: brokers.map((host, index) => ({
      listen: `${brokerAddresses[index]}:${port}`,
      advertise: `${host}:${port}`,
    })),
  };
}
