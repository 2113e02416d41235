import { nameOf } from "../model/objectName.js";
import { message } from "../messages/index.js";
import type { Finding, World } from "../model/model.js";
import { ascending } from "../model/order.js";
import { namespaceOf } from "../model/world.js";
import type { Admission } from "./admission.js";
import { sniOf } from "./config/gateways.js";
import type { Mesh } from "./config/mesh.js";
import { meshGateway, type Route } from "./config/virtualServices.js";
import { evidence } from "./evidence.js";
import { hostsMatch } from "./registry/hostname.js";

/** Objects of one namespace that change how connections of another go, and what keeps nobody from writing them. */
export function foreignObjects(mesh: Mesh, world: World, admission: Admission): Finding[] {
  return [...foreignRoutes(mesh, world), ...foreignGateways(mesh, world), ...unguardedHosts(mesh, world, admission)];
}

/** Routes for a database's host that neither its own namespace nor the client's has written. */
function foreignRoutes(mesh: Mesh, world: World): Finding[] {
  const found = new Map<Route, { host: string; namespaces: Set<string> }>();
  for (const host of outsideHosts(mesh)) {
    const owners = new Set(mesh.index.visibility.allOfHost(host).map(({ namespace }) => namespace));
    const foreign = mesh.index.virtualServices
      .naming(host)
      .filter(({ namespace, spec }) => !owners.has(namespace) && spec.gateways?.includes(meshGateway) === true);
    for (const route of foreign) {
      const namespaces = importersOf(route, host, mesh, world);
      if (namespaces.size > 0 && !found.has(route)) found.set(route, { host, namespaces });
    }
  }
  return [...found].map(([{ object }, { host, namespaces }]) => ({
    ...message("foreign-route", { route: nameOf(object), host, namespaces: [...namespaces].sort(ascending) }),
    because: [evidence(object, "spec.hosts", message("declares-host", { host }))],
  }));
}

/** Other namespaces whose sidecars take a route over. */
function importersOf(route: Route, host: string, mesh: Mesh, world: World): Set<string> {
  const importing = world.workloads.filter(
    ({ namespace, labels, gateway, sidecar }) =>
      !gateway &&
      sidecar.present !== false &&
      namespace !== route.namespace &&
      mesh.index.virtualServices.forHost(namespace, meshGateway, host).includes(route) &&
      mesh.sidecars.choose(namespace, labels).listeners.some((listener) => listener.importsRoute(route)),
  );
  return new Set(importing.map(({ namespace }) => namespace));
}

/** Gateways of other namespaces on pods whose own namespace's Gateways serve databases. */
function foreignGateways(mesh: Mesh, world: World): Finding[] {
  const outside = outsideHosts(mesh);
  const found = new Map<string, Finding>();
  for (const workload of world.workloads.filter(({ gateway }) => gateway)) {
    const servers = [...mesh.gateways.listeners(workload).values()].flatMap((port) => port.servers);
    const isOwn = ({ gateway }: (typeof servers)[number]) => namespaceOf(gateway) === workload.namespace;
    const serves = servers.some(
      (bound) =>
        isOwn(bound) &&
        (bound.server.hosts ?? []).some((name) => outside.some((host) => hostsMatch(sniOf(name), host))),
    );
    if (!serves) continue;
    for (const { gateway } of servers.filter((bound) => !isOwn(bound))) {
      const args = { gateway: nameOf(gateway), pods: `${workload.namespace}/${workload.name}` };
      const because = [evidence(gateway, "spec.selector", message("selects-pods", { pods: args.pods }))];
      found.set(nameOf(gateway), { ...message("foreign-gateway", args), because });
    }
  }
  return [...found.values()];
}

/** A gateway ignores Sidecar objects: of two entries of one host it uses the older one that it sees. */
function unguardedHosts(mesh: Mesh, world: World, admission: Admission): Finding[] {
  if (mesh.settings.kind === "asm") return [];
  const gateways = new Set(world.workloads.filter(({ gateway }) => gateway).map(({ namespace }) => namespace));
  const hosts = new Map<string, Set<string>>();
  for (const object of world.ofKind("networking.istio.io/Gateway")) {
    const { servers = [] } = (object.spec ?? {}) as { servers?: { hosts?: string[] }[] };
    const names = servers.flatMap((server) => server.hosts ?? []).map(sniOf);
    for (const service of mesh.services) {
      if (!service.meshExternal || service.registry !== "external" || !gateways.has(service.namespace)) continue;
      if (admission.guardsHostsOf(service.namespace) || !names.some((name) => hostsMatch(name, service.host))) continue;
      const known = hosts.get(service.namespace) ?? new Set();
      hosts.set(service.namespace, known.add(service.host));
    }
  }
  return [...hosts].map(([namespace, named]) => ({
    ...message("unguarded-hosts", { namespace, hosts: [...named].sort(ascending) }),
    because: mesh.services
      .filter((service) => service.namespace === namespace && named.has(service.host))
      .slice(0, 1)
      .map(({ object }) => evidence(object, "spec.hosts", message("older-entry-first"))),
  }));
}

const outsideHosts = ({ services }: Mesh): string[] => [
  ...new Set(services.filter(({ meshExternal }) => meshExternal).map(({ host }) => host)),
];
