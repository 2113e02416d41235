import { machineAddresses } from "../../outside/outside.js";
import { databases } from "../base.js";
import type { Operator } from "./operator.js";

/** Kinds that a control plane reads only when they are labelled for its revision, or for none. */
const ofRevision = new Set([
  "ServiceEntry",
  "VirtualService",
  "DestinationRule",
  "Gateway",
  "Sidecar",
  "AuthorizationPolicy",
  "PeerAuthentication",
]);

const others = ["shop", "depot", "unlisted"];
const ports = [3306, 443];

/** What else is on a database's port or has its host, and what the control plane does not read. */
export const company: readonly Operator[] = [
  (draft, random) => {
    const object = random.pick(draft.manifests.filter(({ kind }) => ofRevision.has(kind)));
    const revision = random.pick(["other", "default"]);
    draft.edit(`for revision ${revision}`, object, (_, { metadata }) => {
      metadata.labels = { ...metadata.labels, "istio.io/rev": revision };
    });
  },
  (draft, random) => {
    const port = random.pick(ports);
    const name = random.pick(["http-board", "board", "tcp-board", "redis-board", "mongo-board", "mysql-board"]);
    draft.add(`a Service with port ${name} ${port}`, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "board", namespace: random.pick(others) },
      spec: {
        selector: { app: "board" },
        ...(random.chance(0.5) ? { clusterIP: "None" } : {}),
        ports: [{ name, port }],
      },
    });
  },
  (draft, random) => {
    const { port: number, machine } = random.pick(databases);
    const protocol = random.pick(["HTTP", "MONGO", "REDIS", "MYSQL", "GRPC"]);
    const resolution = random.pick(["STATIC", "NONE"]);
    draft.add(`another host on port ${number}, ${protocol}, ${resolution}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: {
        name: "board",
        namespace: random.pick(others),
        labels: random.chance(0.5) ? { "networking.istio.io/enable-autoallocate-ip": "false" } : {},
      },
      spec: {
        hosts: ["board.example.com"],
        ports: [{ number, name: "board", protocol }],
        resolution,
        ...(resolution === "STATIC" ? { endpoints: [{ address: machineAddresses[machine] }] } : {}),
      },
    });
  },
  (draft, random) => {
    const number = random.pick(ports);
    const addresses = random.pick([["0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["10.0.0.0/8"]]);
    draft.add(`all of ${addresses.join(" and ")} on port ${number}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: "everywhere", namespace: random.pick(others) },
      spec: {
        hosts: ["everywhere.example.com"],
        addresses,
        ports: [{ number, name: "tcp", protocol: random.pick(["TCP", "TLS"]) }],
        resolution: "NONE",
        ...(random.chance(0.5) ? { exportTo: ["."] } : {}),
      },
    });
  },
  (draft, random) => {
    const database = random.pick(databases);
    // Only a server that speaks the same on the same port shows that it answered in another's place.
    const { machine } = random.pick(databases.filter(({ speaks }) => speaks === database.speaks));
    draft.add(`the host of ${database.name} at the address of ${machine}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: `elsewhere-${database.name}`, namespace: random.pick(others) },
      spec: {
        hosts: [database.host],
        ports: [{ number: database.port, name: "tcp", protocol: random.pick(["TCP", "TLS"]) }],
        resolution: "STATIC",
        endpoints: [{ address: machineAddresses[machine] }],
        ...(random.chance(0.5) ? { exportTo: ["."] } : {}),
      },
    });
  },
];
