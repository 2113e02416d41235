import { gatewayPods, type Stage } from "../scenarios/stage.js";
import type { Probe } from "../probes/probe.js";
import { connection, serverHandshake } from "../probes/connection.js";
import { hosts, keeper } from "./sharedPolicySetting.js";

/** A name nobody outside has: only the tenant's own objects give it a meaning. */
const host = "back-door.example.com";
const port = 3306;
const name = "back-door";
const { namespace } = keeper;
const gatewayHost = "egressgateway.istio-egress.svc.cluster.local";
const networking = "networking.istio.io/v1";
const metadata = { name, namespace };

/**
 * All that a tenant needs who may write mesh configuration in its own namespace and nowhere else: a server of its own on
 * the gateway's pods, without the names of the database's clients, and a route through it to a database it may not use.
 */
const objects = [
  {
    apiVersion: networking,
    kind: "ServiceEntry",
    metadata,
    spec: {
      hosts: [host],
      exportTo: ["."],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: [{ number: port, name: "tcp", protocol: "TCP" }],
    },
  },
  {
    apiVersion: networking,
    kind: "DestinationRule",
    metadata,
    spec: {
      host: gatewayHost,
      exportTo: ["."],
      subsets: [{ name, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: host } } }],
    },
  },
  {
    apiVersion: networking,
    kind: "Gateway",
    metadata,
    spec: {
      selector: gatewayPods.labels,
      servers: [
        { port: { number: 15443, name: "tls", protocol: "TLS" }, hosts: [host], tls: { mode: "ISTIO_MUTUAL" } },
      ],
    },
  },
  {
    apiVersion: networking,
    kind: "VirtualService",
    metadata,
    spec: {
      hosts: [host],
      gateways: ["mesh", `${namespace}/${name}`],
      tcp: [
        {
          match: [{ gateways: ["mesh"], port }],
          route: [{ destination: { host: gatewayHost, subset: name, port: { number: 15443 } } }],
        },
        {
          match: [{ gateways: [`${namespace}/${name}`] }],
          route: [{ destination: { host: hosts.rds, port: { number: port } } }],
        },
      ],
    },
  },
];

/** A policy that lets everybody pass the gateway: it shows that the back door leads somewhere. */
const admitAll = {
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  metadata: { name: "admit-all", namespace: gatewayPods.namespace },
  spec: { selector: { matchLabels: gatewayPods.labels }, action: "ALLOW", rules: [{}] },
};

export async function openBackDoor({ kubectl }: Stage): Promise<void> {
  await kubectl(["apply", "--server-side", "-f", "-"], { apiVersion: "v1", kind: "List", items: objects });
}

export async function admitEverybody({ kubectl }: Stage): Promise<void> {
  await kubectl(["apply", "--server-side", "-f", "-"], admitAll);
}

export async function admitNoMoreThanBefore({ kubectl }: Stage): Promise<void> {
  await kubectl(["delete", "-f", "-"], admitAll);
}

const attack = { observation: "b", from: keeper, protocol: "mysql", to: { host, port } } as const;

/** The tenant tries its back door with the database's own client. No machine outside has that name, so no answer is right. */
export function throughBackDoor(title: string, expect: "misrouted" | "handshake" | "blocked"): Probe {
  return connection({ ...attack, title, expect, answer: /^back-door$/m });
}

/** The tenant only listens. */
export const backDoorIsSilent: Probe = serverHandshake({
  ...attack,
  title: "and no byte of the database's handshake packet comes through it",
  expect: "blocked",
});
