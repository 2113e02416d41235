import { nameOf } from "../model/objectName.js";
import { message } from "../messages/index.js";
import type { Finding, KubernetesObject, World } from "../model/model.js";
import type { Mesh } from "./config/mesh.js";
import { ascending } from "../model/order.js";
import { evidence } from "./evidence.js";
import { sniOf } from "./config/gateways.js";
import { isHonoured } from "./config/managed.js";
import { hostsMatch } from "./registry/hostname.js";
import type { MeshService } from "./registry/registry.js";
import type { DestinationRuleSpec, GatewaySpec, AuthorizationPolicySpec } from "./config/shapes.js";

/** What holds on Istio and may not hold on the managed mesh. */
export function managedMeshFindings(mesh: Mesh, world: World, outsideHosts: readonly string[]): Finding[] {
  if (mesh.settings.kind === "asm") return dnsCaptures(mesh, world);
  if (mesh.settings.kind !== "cloud-service-mesh") return [];
  const hosts = [...new Set(outsideHosts)];
  return [
    ...ignoredAnnotations(world),
    ...listedIdentities(world, hosts),
    ...policiesBySni(world, hosts),
    ...clientCredentials(world, hosts),
    ...localityOfGateways(world, hosts),
  ];
}

function ignoredAnnotations(world: World): Finding[] {
  const ofObjects = world.objects.flatMap((object) =>
    unread(object.metadata.annotations).map((name) => ({ object, name, field: `metadata.annotations["${name}"]` })),
  );
  const ofPods = world.workloads.flatMap(({ object, annotations }) =>
    unread(annotations)
      .filter((name) => object.metadata.annotations?.[name] === undefined)
      .map((name) => ({ object, name, field: `spec.template.metadata.annotations["${name}"]` })),
  );
  return [...ofObjects, ...ofPods].map(({ object, name, field }) => ({
    ...message("annotation-ignored", { object: nameOf(object), annotation: name }),
    because: [evidence(object, field, message("annotation-undocumented"))],
  }));
}

const unread = (annotations: Readonly<Record<string, string>> = {}): string[] =>
  Object.keys(annotations).filter((name) => !isHonoured(name));

/** A server's list of client identities, without which any identity of the mesh completes the handshake. */
function listedIdentities(world: World, hosts: string[]): Finding[] {
  return world.ofKind("networking.istio.io/Gateway").flatMap((object) =>
    ((object.spec as GatewaySpec | undefined)?.servers ?? []).flatMap(({ tls, hosts: served = [] }, index) => {
      if ((tls?.subjectAltNames ?? []).length === 0) return [];
      const field = `spec.servers[${index}].tls.subjectAltNames`;
      return hosts
        .filter((host) => served.some((name) => hostsMatch(sniOf(name), host)))
        .map((host) => unconfirmed("unconfirmed-identities", host, object, field));
    }),
  );
}

/** Policies that tell the databases of one port apart by the name that the client asks for. */
function policiesBySni(world: World, hosts: string[]): Finding[] {
  const known = world.ofKind("security.istio.io/AuthorizationPolicy").flatMap((object) =>
    ((object.spec as AuthorizationPolicySpec | undefined)?.rules ?? []).flatMap((written, rule) => {
      const { to = [], when = [] } = written ?? {};
      const ports = to.flatMap(({ operation }) => operation?.ports ?? []);
      return when.flatMap(({ key, values = [] }, condition) =>
        hosts
          .filter((host) => key === "connection.sni" && values.some((name) => hostsMatch(name, host)))
          .map((host) => ({ host, ports, object, field: `spec.rules[${rule}].when[${condition}]` })),
      );
    }),
  );
  // On a port of its own a database needs no name.
  const shares = (host: string, ports: string[]) =>
    known.some(
      (other) => other.host !== host && (ports.length === 0 || other.ports.some((each) => ports.includes(each))),
    );
  return known
    .filter(({ host, ports }) => shares(host, ports))
    .map(({ host, object, field }) => unconfirmed("unconfirmed-sni", host, object, field));
}

/** Certificates that the gateway presents to a database, or trusts it by. */
function clientCredentials(world: World, hosts: string[]): Finding[] {
  return world.ofKind("networking.istio.io/DestinationRule").flatMap((object) => {
    const { host = "", trafficPolicy } = (object.spec ?? {}) as DestinationRuleSpec;
    return trafficPolicy?.tls?.credentialName === undefined
      ? []
      : hosts
          .filter((each) => hostsMatch(host, each))
          .map((each) => unconfirmed("unconfirmed-credential", each, object, "spec.trafficPolicy.tls.credentialName"));
  });
}

/** Where a client's connections are spread over the gateways of all zones. */
function localityOfGateways(world: World, hosts: string[]): Finding[] {
  return world.ofKind("networking.istio.io/DestinationRule").flatMap((object) =>
    ((object.spec as DestinationRuleSpec | undefined)?.subsets ?? []).flatMap(({ trafficPolicy }, index) => {
      const { tls, loadBalancer } = trafficPolicy ?? {};
      if (loadBalancer?.localityLbSetting === undefined) return [];
      const field = `spec.subsets[${index}].trafficPolicy.loadBalancer.localityLbSetting`;
      return hosts
        .filter((host) => tls?.sni === host)
        .map((host) => unconfirmed("unconfirmed-locality", host, object, field));
    }),
  );
}

/** Hosts of one port that only the addresses distinguish which sidecars give them, where a ProxyConfig alone switches that on. */
function dnsCaptures(mesh: Mesh, world: World): Finding[] {
  const allocated = mesh.services.filter(
    ({ registry, allocated: own }) => registry === "external" && own !== undefined,
  );
  const portsOf = ({ ports }: MeshService) => ports.map(({ number }) => number);
  const shares = (service: MeshService) =>
    allocated.some(
      (other) => other.host !== service.host && portsOf(other).some((port) => portsOf(service).includes(port)),
    );
  const hosts = [...new Set(allocated.filter(shares).map(({ host }) => host))].sort(ascending);
  if (hosts.length === 0) return [];
  return world.ofKind("networking.istio.io/ProxyConfig").flatMap((object): Finding[] => {
    const { environmentVariables = {} } = (object.spec ?? {}) as { environmentVariables?: Record<string, string> };
    if (environmentVariables[captureVariable] !== "true") return [];
    const because = [
      evidence(object, `spec.environmentVariables.${captureVariable}`, message("variable-undocumented")),
    ];
    return [{ ...message("unconfirmed-dns-capture", { object: nameOf(object), hosts }), because }];
  });
}

const captureVariable = "ISTIO_META_DNS_CAPTURE";

function unconfirmed(
  id: "unconfirmed-identities" | "unconfirmed-sni" | "unconfirmed-credential" | "unconfirmed-locality",
  host: string,
  object: KubernetesObject,
  field: string,
): Finding {
  const because = [evidence(object, field, message("field-undocumented"))];
  return { ...message(id, { host, object: nameOf(object) }), because };
}
