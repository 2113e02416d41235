import { takesPlaintext } from "./istio/inbound/plainClients.js";
import type { Meshes } from "./istio/config/meshes.js";
import { anyPod } from "./model/existingWorkloads.js";
import type {
  Connection,
  ConnectionClass,
  ConnectionEnd,
  Connections,
  Entry,
  EntryAnswer,
} from "./model/connections.js";
import { once } from "./model/once.js";
import type { Answers, MeshVerdict, Target, Workload, World } from "./model/model.js";
import { NetworkConnections } from "./network/connections.js";
import { entriesOf } from "./network/entries.js";
import type { Network } from "./network/networkModel.js";
import { anyNamespace } from "./network/policy.js";
import { isClosed, openByAny, openByBoth, portAnswer, type PortAnswer } from "./network/portAnswer.js";
import { noPort, portsOf, unionOf, type PortSet } from "./network/portSet.js";

/** What the mesh adds: verdicts on the ports of Services, from its proxies. */
export interface MeshOfServices {
  meshes: Meshes;
  targets: readonly Target[];
  answersOf(workload: Workload): Answers;
}

const tcp = portsOf("TCP");
/** Sidecars see nothing of these. */
const otherProtocols = tcp.complement();

/** @param mesh Undefined where no pod has a sidecar. */
export function connectionsOf(world: World, network: Network, mesh: MeshOfServices | undefined): Connections {
  const connections = new NetworkConnections(network, world.workloads);
  const layer = mesh && new MeshLayer(mesh, network);
  const ends = [...connections.workloads, ...connections.newPods, ...connections.outside];
  const made = new Map<number, Map<number, Connection>>();
  const connectionOf = (answer: PortAnswer, below: PortAnswer): Connection => {
    const known = made.get(answer.number)?.get(below.number);
    if (known) return known;
    const byNetwork = made.get(answer.number) ?? new Map<number, Connection>();
    made.set(answer.number, byNetwork);
    const connection = { network: below, answer };
    byNetwork.set(below.number, connection);
    return connection;
  };
  const at = (from: number, to: number): Connection | undefined => {
    const [client, server] = [ends[from], ends[to]];
    if (!client || !server || !isPair(client, server)) return undefined;
    const below = connections.between(client, server);
    return connectionOf(layer ? layer.answer(client, server, below) : below, below);
  };
  return {
    ends,
    at,
    classes: once(() => classesOf(ends, at)),
    get entries() {
      return entriesOf(world, network.services).map((entry) => ({
        ...entry,
        verdict: verdictOf(entry, connections, layer),
      }));
    },
  };
}

function isPair(client: ConnectionEnd, server: ConnectionEnd): boolean {
  if (server.kind === "new-pod") return false;
  if (client.kind === "outside" || server.kind === "outside") return client.kind !== server.kind;
  return client.workload !== server.workload;
}

function classesOf(ends: readonly ConnectionEnd[], at: Connections["at"]): ConnectionClass[] {
  const known = new Map<string, { from: number[]; to: ConnectionClass["to"] }>();
  for (const from of ends.keys()) {
    const answers = new Map<Connection, number[]>();
    for (const to of ends.keys()) {
      const connection = at(from, to);
      if (!connection || (isClosed(connection.answer) && isClosed(connection.network))) continue;
      const list = answers.get(connection);
      if (list) list.push(to);
      else answers.set(connection, [to]);
    }
    const to = [...answers].map(([connection, places]) => ({ ends: places, connection }));
    if (to.length === 0) continue;
    const key = to
      .map(({ ends: places, connection: { answer, network } }) => `${answer.number}/${network.number}:${places.join()}`)
      .join(" ");
    const same = known.get(key);
    if (same) same.from.push(from);
    else known.set(key, { from: [from], to });
  }
  return [...known.values()];
}

/** What sidecars make of connections on TCP. They see no other protocol. */
class MeshLayer {
  /** Places among the targets of ports that Services lead to, by workload. */
  readonly #ports = new Map<Workload, Map<number, number[]>>();
  readonly #plain = new Map<Workload, PortAnswer>();
  #latest?: { workload: Workload; answers: Answers };

  constructor(
    private readonly mesh: MeshOfServices,
    network: Network,
  ) {
    for (const [place, target] of mesh.targets.entries()) {
      if (target.kind !== "service") continue;
      for (const { workload, port } of network.services.destination(target).ends) {
        if (!workload) continue;
        const ports = this.#ports.get(workload) ?? new Map<number, number[]>();
        this.#ports.set(workload, ports.set(port, [...(ports.get(port) ?? []), place]));
      }
    }
  }

  answer(client: ConnectionEnd, server: ConnectionEnd, below: PortAnswer): PortAnswer {
    if (isClosed(below)) return below;
    const bySidecars = this.#onTcp(client, server);
    return openByBoth(below, portAnswer(bySidecars.open.union(otherProtocols), bySidecars.unknown));
  }

  #onTcp(client: ConnectionEnd, server: ConnectionEnd): PortAnswer {
    if (server.kind === "outside") return portAnswer(noSidecar(client) ? tcp : noPort, tcp);
    const plain = this.plaintext(server.workload);
    if (client.kind === "outside") return plain;
    // A pod that somebody may add may have a sidecar, or none.
    if (client.kind === "new-pod") return portAnswer(plain.open, tcp);
    const byPort = this.#byPort(client.workload, server.workload);
    const named = unionOf([...byPort.keys()].map((port) => portsOf("TCP", port, port)));
    const rest = noSidecar(client) ? plain : portAnswer(noPort, tcp);
    const portsWith = (wanted: boolean | "unknown"): PortSet =>
      unionOf([...byPort].filter(([, open]) => open === wanted).map(([port]) => portsOf("TCP", port, port)));
    return portAnswer(
      rest.open.minus(named).union(portsWith(true)),
      rest.unknown.minus(named).union(portsWith("unknown")),
    );
  }

  plaintext(workload: Workload): PortAnswer {
    let answer = this.#plain.get(workload);
    if (!answer) this.#plain.set(workload, (answer = takesPlaintext(this.mesh.meshes, workload)));
    return answer;
  }

  /** Whether the proxies carry connections to the ports that Services lead to: by one of the Services is enough. */
  #byPort(client: Workload, server: Workload): Map<number, boolean | "unknown"> {
    if (this.#latest?.workload !== client) this.#latest = { workload: client, answers: this.mesh.answersOf(client) };
    const { answers } = this.#latest;
    return new Map(
      [...(this.#ports.get(server) ?? [])].map(([port, places]) => {
        const verdicts = places.map((place) => carries(answers.mesh[place]));
        return [port, verdicts.includes(true) || (verdicts.includes("unknown") ? "unknown" : false)] as const;
      }),
    );
  }
}

function carries(verdict: MeshVerdict | undefined): boolean | "unknown" {
  if (!verdict || verdict.verdict === "unknown" || verdict.verdict === "misrouted") return "unknown";
  return verdict.verdict !== "blocked";
}

function noSidecar(end: ConnectionEnd): boolean {
  return end.kind === "outside" || (end.workload.sidecar.present === false && !end.workload.sidecar.ambient);
}

function verdictOf(
  { through, to, protocol, port, hidesClient }: Entry,
  connections: NetworkConnections,
  layer: MeshLayer | undefined,
): EntryAnswer["verdict"] {
  const endOf = (workload: Workload): ConnectionEnd => ({
    kind: "workload",
    workload,
    policies: { ingress: [], egress: [] },
  });
  const on = (client: ConnectionEnd): EntryAnswer["verdict"] => {
    const below = connections.between(client, endOf(to.workload));
    return verdictOn(layer ? layer.answer(client, endOf(to.workload), below) : below, protocol, port);
  };
  if (through === "any-pod") return on({ kind: "new-pod", workload: anyPod(anyNamespace.name) });
  if (through !== "client") {
    const answers = through.map((workload) => connections.between(endOf(workload), endOf(to.workload)));
    return verdictOn(openByAny(answers), protocol, port);
  }
  const verdicts = new Set(connections.outside.map(on));
  const [only] = verdicts;
  if (verdicts.size === 1 && only) return only;
  return hidesClient || !verdicts.has("open") ? "unknown" : "open";
}

function verdictOn({ open, unknown }: PortAnswer, protocol: Entry["protocol"], port: number): EntryAnswer["verdict"] {
  if (open.has(protocol, port)) return "open";
  return unknown.has(protocol, port) ? "unknown" : "blocked";
}
