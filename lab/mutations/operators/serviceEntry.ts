import { machineAddresses } from "../../outside/outside.js";
import { databases } from "../base.js";
import { another, gatewayNamespace, onDatabase, ownName, type Operator } from "./operator.js";

const entry = (change: Parameters<typeof onDatabase>[3]): Operator =>
  onDatabase("ServiceEntry", databases, ownName, change);

/** What a database is registered as. */
export const serviceEntry: readonly Operator[] = [
  entry((draft, object, { port }) =>
    draft.edit(`port ${port + 1}`, object, (spec) => (spec.ports[0].number = port + 1)),
  ),
  entry((draft, object, _, random) => {
    const protocol = random.pick(["TCP", "TLS", "HTTPS", "MYSQL", "HTTP"]);
    draft.edit(`protocol ${protocol}`, object, (spec) => (spec.ports[0].protocol = protocol));
  }),
  entry((draft, object, { port }) =>
    draft.edit(`targetPort ${port + 1}`, object, (spec) => (spec.ports[0].targetPort = port + 1)),
  ),
  entry((draft, object) =>
    draft.edit("resolution NONE", object, (spec) => {
      spec.resolution = "NONE";
    }),
  ),
  entry((draft, object, { machine }) =>
    draft.edit("resolution STATIC", object, (spec) => {
      spec.resolution = "STATIC";
      spec.endpoints = [{ address: machineAddresses[machine] }];
    }),
  ),
  entry((draft, object, { machine }) =>
    draft.edit("the server's own address", object, (spec) => {
      spec.addresses = [machineAddresses[machine]];
    }),
  ),
  entry((draft, object) =>
    draft.edit("an address of its own", object, (spec) => {
      spec.addresses = ["240.10.0.1"];
    }),
  ),
  entry((draft, object, database, random) => {
    const { host, machine } = another(random, database);
    draft.edit(`address of ${host}`, object, (spec) => {
      spec.addresses = [machineAddresses[machine]];
    });
  }),
  entry((draft, object, database, random) => {
    const { host } = another(random, database);
    draft.edit(`host ${host}`, object, (spec) => (spec.hosts = [host]));
  }),
  entry((draft, object, { host }) =>
    draft.edit("a wildcard host", object, (spec) => {
      spec.hosts = [host.replace(/^[^.]+/, "*")];
      spec.resolution = "NONE";
    }),
  ),
  entry((draft, object) => draft.remove(object)),
  // No address is allocated to an entry with this label: on its port it takes every address.
  entry((draft, object) =>
    draft.edit("no allocated address", object, (_, { metadata }) => {
      metadata.labels = { ...metadata.labels, "networking.istio.io/enable-autoallocate-ip": "false" };
    }),
  ),
  (draft, random) => {
    const { name, host, port } = random.pick(databases);
    const namespace = random.pick(["shop", "depot", "unlisted"]);
    const exportTo = random.pick([undefined, ["."], ["shop", gatewayNamespace]]);
    draft.add(`the host of ${name} again`, {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: `competing-${name}`, namespace },
      spec: {
        hosts: [host],
        ports: [{ number: port, name: "tcp", protocol: random.pick(["TCP", "TLS"]) }],
        resolution: random.pick(["DNS", "NONE"]),
        ...(exportTo ? { exportTo } : {}),
      },
    });
  },
  (draft, random) => {
    const namespace = random.pick(["shop", "depot", "unlisted"]);
    const port = random.pick([3306, 443]);
    draft.add(`another host on port ${port}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: {
        name: "neighbour",
        namespace,
        labels: random.chance(0.5) ? { "networking.istio.io/enable-autoallocate-ip": "false" } : {},
      },
      spec: {
        hosts: ["mongo.db.example.com"],
        ports: [{ number: port, name: "tcp", protocol: random.pick(["TCP", "TLS"]) }],
        resolution: random.pick(["DNS", "NONE"]),
      },
    });
  },
];
