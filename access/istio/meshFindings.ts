import { nameOf } from "../model/objectName.js";
import { message } from "../messages/index.js";
import type { Finding, KubernetesObject, Workload, World } from "../model/model.js";
import { Admission } from "./admission.js";
import type { BoundServer } from "./config/gateways.js";
import type { Mesh } from "./config/mesh.js";
import type { Meshes } from "./config/meshes.js";
import { unmodelledFindings } from "./config/unmodelled.js";
import { evidence } from "./evidence.js";
import { foreignObjects } from "./foreignObjects.js";
import { gatewayNodeGuests } from "./gatewayNodes.js";
import { podsOutside } from "./podsOutside.js";
import { managedMeshFindings } from "./managedMesh.js";
import { sniOf } from "./config/gateways.js";
import { hostsMatch } from "./registry/hostname.js";
import { endsOf } from "./registry/owners.js";
import { isTls, wireProtocolOf } from "./registry/protocol.js";
import { anyAddress, isEveryAddress, type MeshService } from "./registry/registry.js";
import { hasLabels } from "../model/labels.js";
import type { GatewaySpec, Labels } from "./config/shapes.js";

/** What no single pair shows, in any of the meshes. */
export function findings(meshes: Meshes, world: World): Finding[] {
  const admission = new Admission(world);
  const found = meshes.all.flatMap((mesh) => [
    ...takenPorts(mesh),
    ...contestedHosts(mesh),
    ...postgresOverTls(mesh),
    ...anonymousServers(mesh, world),
    ...foreignObjects(mesh, world, admission),
    ...unscopedGateways(mesh, world, admission),
    ...earlyConnections(mesh, world),
    ...managedMeshFindings(mesh, world, outsideHosts(mesh)),
  ]);
  found.push(...podsOutside(world, databasePorts(meshes)), ...gatewayNodeGuests(world));
  found.unshift(...unmodelledFindings(world));
  return [...new Map(found.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function databasePorts({ all }: Meshes): Set<number> {
  const external = all.flatMap(({ services }) => services.filter(({ meshExternal }) => meshExternal));
  return new Set(external.flatMap(({ ports }) => ports.map(({ number }) => number)));
}

/** Hosts that entries of several namespaces declare with different endpoints. */
function contestedHosts(mesh: Mesh): Finding[] {
  const external = mesh.services.filter(({ registry }) => registry === "external");
  return [...new Set(external.map(({ host }) => host))].flatMap((host) => {
    const owners = mesh.index.visibility.allOfHost(host).filter(({ registry }) => registry === "external");
    if (new Set(owners.map(endsOf)).size < 2) return [];
    const objects = [...new Set(owners.map(({ object }) => object))];
    const because = objects.map((object) => evidence(object, "spec.endpoints", message("declares-host", { host })));
    return [{ ...message("host-contested", { entries: objects.map(nameOf), host }), because }];
  });
}

/** Postgres asks for TLS within its own protocol: a port of TLS waits for a name that its clients do not send. */
function postgresOverTls(mesh: Mesh): Finding[] {
  return mesh.services.flatMap(({ registry, object, host, ports }) =>
    ports.flatMap(({ number, name, protocol }, index): Finding[] => {
      const wire = wireProtocolOf({ port: number, name, protocol });
      if (registry !== "external" || wire !== "postgres" || !isTls(protocol)) return [];
      const args = { entry: nameOf(object), port: number, host, protocol: protocol.toUpperCase() };
      const because = [evidence(object, `spec.ports[${index}].protocol`, message("declared-protocol", { protocol }))];
      return [{ ...message("postgres-without-sni", args), because }];
    }),
  );
}

/** Servers of a gateway that ask for no certificate. */
const asksNobody = new Set([undefined, "PASSTHROUGH", "SIMPLE", "OPTIONAL_MUTUAL"]);

/** A gateway that asks for no certificate serves any pod that gets to its port, unless policy refuses pods without one. */
function anonymousServers(mesh: Mesh, world: World): Finding[] {
  const outside = outsideHosts(mesh);
  const found = new Map<string, Finding>();
  for (const workload of world.workloads.filter(({ gateway }) => gateway))
    for (const [port, { servers }] of mesh.gateways.listeners(workload))
      for (const bound of servers) {
        const { server, gateway, index } = bound;
        if (!asksNobody.has(server.tls?.mode)) continue;
        const named = outside.filter((host) => (server.hosts ?? []).some((name) => hostsMatch(sniOf(name), host)));
        const reached = named.filter((host) => admitsAnyone(mesh, workload, bound, port, host));
        if (reached.length === 0) continue;
        const field = `spec.servers[${index}]${server.tls ? ".tls.mode" : ""}`;
        const because = [
          evidence(
            gateway,
            field,
            server.tls?.mode ? message("server-tls-mode", { mode: server.tls.mode }) : message("no-tls"),
          ),
        ];
        const args = { port, hosts: [...new Set(reached)], gateway: nameOf(gateway) };
        const finding: Finding = { ...message("anonymous-server", args), because };
        found.set(JSON.stringify(finding), finding);
      }
  return [...found.values()];
}

/** Whether policies, and lists in the server's filter chain, may let a client without a certificate through to a host. */
function admitsAnyone(mesh: Mesh, workload: Workload, { server }: BoundServer, port: number, host: string): boolean {
  const sni = server.tls ? host : undefined;
  if (mesh.patches.chainRules(workload, port, [host]).some((rule) => !rule.admits(undefined))) return false;
  const { allowed } = mesh.policies.forWorkload(workload.namespace, workload.labels, false).decide({
    port,
    sni,
    principal: undefined,
    namespace: undefined,
    sourceAddresses: [],
    destinationAddresses: workload.addresses,
  });
  return allowed !== false;
}

/** A list of callers in a server's handshake is worth what keeps others from adding a server without one. */
function unscopedGateways(mesh: Mesh, world: World, admission: Admission): Finding[] {
  if (mesh.settings.scopeGateways) return [];
  const id = mesh.settings.kind === "asm" ? "asm-resource-writers" : "unscoped-gateway";
  return oncePerPods(world, ({ selector = {}, servers = [] }, object, pods) => {
    const listing = servers.findIndex((server) => (server.tls?.subjectAltNames ?? []).length > 0);
    if (listing < 0 || admission.guardsPods(selector)) return undefined;
    const because = [evidence(object, `spec.servers[${listing}].tls.subjectAltNames`, message("client-list"))];
    return { ...message(id, { pods }), because };
  });
}

/** Envoy's TCP proxy connects onward as soon as a client connects; the handshake that refuses it is still to come. */
function earlyConnections(mesh: Mesh, world: World): Finding[] {
  const outside = outsideHosts(mesh);
  return oncePerPods(world, ({ selector = {}, servers = [] }, object, pods) => {
    const server = servers.findIndex(
      ({ tls, hosts = [] }) =>
        tls?.mode === "ISTIO_MUTUAL" && hosts.some((name) => outside.some((host) => hostsMatch(sniOf(name), host))),
    );
    if (server < 0) return undefined;
    const waits = world.workloads
      .filter((pod) => hasLabels(pod.labels, selector))
      .map((pod) => mesh.patches.handshakeFirst(pod));
    const field = `spec.servers[${server}].tls.mode`;
    const because = [evidence(object, field, message("handshake-after-connect"))];
    if (waits.some((patches) => patches.length === 0)) return { ...message("early-connection", { pods }), because };
    const [limited] = waits.find((patches) => patches.every(({ patch }) => patch.match?.proxy?.proxyVersion)) ?? [];
    if (!limited) return undefined;
    const version = limited.patch.match?.proxy?.proxyVersion ?? "";
    const args = { pods, filter: nameOf(limited.object), version };
    return { ...message("early-connection-old-proxies", args), because };
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

const outsideHosts = ({ services }: Mesh): string[] =>
  services.filter(({ meshExternal }) => meshExternal).map(({ host }) => host);

const labelsOf = (selector: Labels): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");

/**
 * TCP services without an address take every address on their port, and of several only the first stands. One that
 * resolves nothing passes each connection on to the address that was dialled, so that its port is open to all of them.
 */
function takenPorts(mesh: Mesh): Finding[] {
  const found = new Map<string, Finding>();
  const taken = new Set<string>();
  for (const service of mesh.services) {
    if (service.registry !== "external" || !takesEveryAddress(service) || service.exportTo.has("~")) continue;
    if (service.allocated !== undefined && mesh.everyProxyUsesAllocated()) continue;
    const audience = audienceOf(service);
    for (const [index, port] of service.ports.entries()) {
      if (isTls(port.protocol) || port.protocol === "http" || port.protocol === "udp") continue;
      const first = !taken.has(`${port.number} ${audience}`);
      taken.add(`${port.number} ${audience}`);
      const opens = service.resolution === "none" && first;
      const because = evidence(service.object, `spec.ports[${index}]`, message("no-address", { host: service.host }));
      const known = found.get(`${opens} ${port.number}`) ?? (first ? undefined : found.get(`true ${port.number}`));
      if (known) {
        known.because = [...known.because, because];
        continue;
      }
      const args = { port: port.number, entry: nameOf(service.object) };
      const text = opens
        ? message("port-opened", { ...args, namespaces: audience === "*" ? "every namespace" : audience })
        : message("port-swallowed", { ...args, host: service.host });
      found.set(`${opens} ${port.number}`, { ...text, because: [because] });
    }
  }
  return [...found.values()];
}

function takesEveryAddress({ address }: MeshService): boolean {
  return address === anyAddress || isEveryAddress(address);
}

/** The namespaces that see a service, as text. */
function audienceOf({ exportTo, namespace }: MeshService): string {
  return exportTo.has("*")
    ? "*"
    : [...exportTo]
        .map((name) => (name === "." ? namespace : name))
        .sort()
        .join(", ");
}
