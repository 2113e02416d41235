import { message } from "../messages/index.js";
import type { Finding, KubernetesObject, World } from "../model/model.js";
import type { MeshDecider } from "./decide.js";
import { evidence, label } from "./evidence.js";
import { managedMeshFindings } from "./managedMesh.js";
import { sniOf } from "./config/gateways.js";
import { hostsMatch } from "./registry/hostname.js";
import { isTls } from "./registry/protocol.js";
import { anyAddress } from "./registry/registry.js";
import { type GatewaySpec, hasLabels, type Labels } from "./config/shapes.js";

/** What no single pair shows. */
export function findings(mesh: MeshDecider, world: World): Finding[] {
  return [
    ...swallowedPorts(mesh),
    ...anonymousServers(mesh, world),
    ...unscopedGateways(mesh, world),
    ...earlyConnections(mesh, world),
    ...managedMeshFindings(mesh, world, outsideHosts(mesh)),
  ];
}

/** Servers of a gateway that ask for no certificate. */
const asksNobody = new Set([undefined, "PASSTHROUGH", "SIMPLE", "OPTIONAL_MUTUAL"]);

/** A gateway that asks for no certificate serves whoever gets to its port, a process without or past its sidecar too. */
function anonymousServers(mesh: MeshDecider, world: World): Finding[] {
  const outside = outsideHosts(mesh);
  return world.ofKind("networking.istio.io/Gateway").flatMap((object) =>
    ((object.spec as GatewaySpec | undefined)?.servers ?? []).flatMap((server, index): Finding[] => {
      if (!asksNobody.has(server.tls?.mode)) return [];
      const reached = outside.filter((host) => (server.hosts ?? []).some((name) => hostsMatch(sniOf(name), host)));
      if (reached.length === 0) return [];
      const field = `spec.servers[${index}]${server.tls ? ".tls.mode" : ""}`;
      const because = [evidence(object, field, server.tls?.mode ?? "no TLS")];
      const args = { port: server.port?.number ?? "?", hosts: [...new Set(reached)], gateway: label(object) };
      return [{ ...message("anonymous-server", args), because }];
    }),
  );
}

/** A list of callers in a server's handshake is worth what keeps others from adding a server without one. */
function unscopedGateways(mesh: MeshDecider, world: World): Finding[] {
  if (mesh.settings.scopeGatewayToNamespace) return [];
  return oncePerPods(world, ({ servers = [] }, object, pods) => {
    const listing = servers.findIndex((server) => (server.tls?.subjectAltNames ?? []).length > 0);
    if (listing < 0) return undefined;
    const because = [
      evidence(object, `spec.servers[${listing}].tls.subjectAltNames`, "the list that such a server lacks"),
    ];
    return { ...message("unscoped-gateway", { pods }), because };
  });
}

/** Envoy's TCP proxy connects onward as soon as a caller connects; the handshake that refuses him is still to come. */
function earlyConnections(mesh: MeshDecider, world: World): Finding[] {
  const outside = outsideHosts(mesh);
  const early = new Map<string, boolean>();
  const isEarly = (pods: string, selector: Labels): boolean => {
    const known =
      early.get(pods) ??
      world.workloads.some((pod) => hasLabels(pod.labels, selector) && !mesh.patches.waitsForHandshake(pod));
    early.set(pods, known);
    return known;
  };
  return oncePerPods(world, ({ selector = {}, servers = [] }, object, pods) => {
    if (!isEarly(pods, selector)) return undefined;
    const server = servers.findIndex(
      ({ tls, hosts = [] }) =>
        tls?.mode === "ISTIO_MUTUAL" && hosts.some((name) => outside.some((host) => hostsMatch(sniOf(name), host))),
    );
    if (server < 0) return undefined;
    const because = [evidence(object, `spec.servers[${server}].tls.mode`, "decides after the pods have connected")];
    return { ...message("early-connection", { pods }), because };
  });
}

/** What is found of Gateways, told once for the pods that several of them select. */
function oncePerPods(
  world: World,
  find: (spec: GatewaySpec, object: KubernetesObject, pods: string) => Finding | undefined,
): Finding[] {
  const byPods = new Map<string, Finding>();
  for (const object of world.ofKind("networking.istio.io/Gateway")) {
    const spec = (object.spec ?? {}) as GatewaySpec;
    const pods = labelsOf(spec.selector ?? {});
    const found = byPods.has(pods) ? undefined : find(spec, object, pods);
    if (found) byPods.set(pods, found);
  }
  return [...byPods.values()];
}

const outsideHosts = ({ services }: MeshDecider): string[] =>
  services.filter(({ meshExternal }) => meshExternal).map(({ host }) => host);

const labelsOf = (selector: Labels): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");

/** TCP services without an address take every address on their port, and of several only the first stands. */
function swallowedPorts(mesh: MeshDecider): Finding[] {
  const captured = mesh.settings.dnsCapture;
  const byPort = new Map<number, Finding>();
  for (const service of mesh.services) {
    if (service.registry !== "external" || service.address !== anyAddress || service.exportTo.has("~")) continue;
    if (captured && service.allocated !== undefined) continue;
    for (const [index, port] of service.ports.entries()) {
      if (isTls(port.protocol) || port.protocol === "http" || port.protocol === "udp") continue;
      const because = evidence(service.object, `spec.ports[${index}]`, `${service.host} has no address of its own`);
      const known = byPort.get(port.number);
      if (known) {
        byPort.set(port.number, { ...known, because: [...known.because, because] });
        continue;
      }
      const args = { port: port.number, entry: label(service.object), host: service.host };
      byPort.set(port.number, { ...message("port-swallowed", args), because: [because] });
    }
  }
  return [...byPort.values()];
}
