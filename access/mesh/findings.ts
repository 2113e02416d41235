import type { Finding, World } from "../model.js";
import type { MeshDecider } from "./decide.js";
import { namespaceOf } from "../world.js";
import { evidence, label } from "./evidence.js";
import { sniOf } from "./gateways.js";
import { hostsMatch } from "./hostname.js";
import { isTls } from "./protocol.js";
import { anyAddress } from "./registry.js";
import type { GatewaySpec } from "./shapes.js";

/** What no single pair shows. */
export function findings(mesh: MeshDecider, world: World): Finding[] {
  return [...swallowedPorts(mesh), ...anonymousServers(mesh, world), ...unscopedGateways(mesh, world)];
}

/** Servers of a gateway that ask for no certificate. */
const asksNobody = new Set([undefined, "PASSTHROUGH", "SIMPLE", "OPTIONAL_MUTUAL"]);

/** A gateway that asks for no certificate serves whoever gets to its port, a process without or past its sidecar too. */
function anonymousServers(mesh: MeshDecider, world: World): Finding[] {
  const outside = mesh.services.filter(({ meshExternal }) => meshExternal).map(({ host }) => host);
  return world.ofKind("networking.istio.io/Gateway").flatMap((object) =>
    ((object.spec as GatewaySpec | undefined)?.servers ?? []).flatMap((server, index): Finding[] => {
      if (!asksNobody.has(server.tls?.mode)) return [];
      const reached = outside.filter((host) => (server.hosts ?? []).some((name) => hostsMatch(sniOf(name), host)));
      if (reached.length === 0) return [];
      const field = `spec.servers[${index}]${server.tls ? ".tls.mode" : ""}`;
      const text = `Whoever network policy lets dial port ${server.port?.number} of the gateway's pods gets to ${[...new Set(reached)].join(", ")}, sidecar or not: the server of ${label(object)} asks for no certificate.`;
      const because = [evidence(object, field, server.tls?.mode ?? "no TLS")];
      return [{ rule: "anonymous-server", text, because }];
    }),
  );
}

/** A list of callers in a server's handshake is worth what keeps others from adding a server without one. */
function unscopedGateways(mesh: MeshDecider, world: World): Finding[] {
  if (mesh.settings.scopeGatewayToNamespace) return [];
  const byPods = new Map<string, Finding>();
  for (const object of world.ofKind("networking.istio.io/Gateway")) {
    const { selector = {}, servers = [] } = (object.spec ?? {}) as GatewaySpec;
    const listing = servers.findIndex((server) => (server.tls?.subjectAltNames ?? []).length > 0);
    const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
    const pods = `${namespaceOf(object)} ${labels.sort().join(",")}`;
    if (listing < 0 || byPods.has(pods)) continue;
    const text = `Whoever may write Gateways, in any namespace, can put a server without callers' names on the pods ${labels.join(",")}; then policies decide alone, after the greeting of a database that speaks first. Set PILOT_SCOPE_GATEWAY_TO_NAMESPACE, or give nobody else that right.`;
    const because = [
      evidence(object, `spec.servers[${listing}].tls.subjectAltNames`, "the list that such a server lacks"),
    ];
    byPods.set(pods, { rule: "unscoped-gateway", text, because });
  }
  return [...byPods.values()];
}

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
      const text = `Any address on port ${port.number} that a workload dials, where ${label(service.object)} is visible, ends at ${service.host}.`;
      byPort.set(port.number, { rule: "port-swallowed", text, because: [because] });
    }
  }
  return [...byPort.values()];
}
