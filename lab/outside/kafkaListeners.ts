import { trafficModeNames, trafficModes, type TrafficModeFacts } from "../../settings/trafficModes.js";
import { hostOf, machineAddresses, wildcardGroups, wildcardHost } from "./names.js";

/** Where each broker listens: on one port, only addresses distinguish them. */
export const brokerAddresses = [machineAddresses.kafka, "203.0.113.61"] as const;

/**
 * One listener of the Kafka brokers. They hand out names by the listener they were asked on, so that every database of
 * the matrix, with names of its own, needs a listener of its own.
 */
export interface KafkaListener {
  readonly port: number;
  readonly tls: boolean;
  /** The name a client begins with. */
  readonly bootstrap: string;
  /** The names it is then handed out, one for each broker. */
  readonly brokers: readonly string[];
}

/** Kafka's usual port; further listeners take the ones behind it. */
const firstPort = 9092;

/** The listener of each database of the matrix, by the database's host. */
export const kafkaListeners: Readonly<Record<string, KafkaListener>> = Object.fromEntries(
  [
    ...trafficModeNames
      .filter((mode) => !trafficModes[mode].wildcard)
      .map((mode) => {
        const { wire, encryptsUpstream, needsOwnPort }: TrafficModeFacts = trafficModes[mode];
        const host = hostOf(mode, "kafka");
        // A port of its own on the gateway leads to one broker.
        const brokers = needsOwnPort ? [host] : brokersOf(host);
        return { host, bootstrap: host, brokers, tls: wire === "tls" || encryptsUpstream === "gateway" };
      }),
    ...wildcardGroups.map((group) => {
      const host = wildcardHost(group, "kafka");
      const bootstrap = host.replace("*", "one");
      return { host, bootstrap, brokers: brokersOf(host.slice("*.".length)), tls: true };
    }),
  ].map(({ host, ...listener }, index) => [host, { ...listener, port: firstPort + index }]),
);

function brokersOf(host: string): string[] {
  return brokerAddresses.map((_, index) => `b${index + 1}.${host}`);
}

/** The names of all listeners, with the address DNS answers. */
export function kafkaNames(): [name: string, address: string][] {
  return Object.values(kafkaListeners).flatMap(({ bootstrap, brokers }) => [
    [bootstrap, machineAddresses.kafka] as [string, string],
    ...brokers.map((name, index): [string, string] => [name, brokerAddresses[index] ?? ""]),
  ]);
}
