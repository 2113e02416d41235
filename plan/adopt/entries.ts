import type { Analysis, KubernetesObject, Target } from "mesh-access";
import { defaultPorts, type Protocol } from "../../settings/trafficModes.js";

/** The part of Istio's objects that `adopt` reads. */
export interface EntrySpec {
  hosts?: string[];
  addresses?: string[];
  ports?: { number?: number; protocol?: string; name?: string }[];
  resolution?: string;
  endpoints?: { address?: string }[];
}
export interface RouteSpec {
  hosts?: string[];
  gateways?: string[];
}
export interface RuleSpec {
  host?: string;
  trafficPolicy?: { tls?: ClientTls; portLevelSettings?: { tls?: ClientTls }[] };
}
export interface ClientTls {
  mode?: string;
  sni?: string;
  subjectAltNames?: string[];
  credentialName?: string;
  caCertificates?: string;
}

export function ofKind(objects: readonly KubernetesObject[], kind: string): KubernetesObject[] {
  return objects.filter((object) => object.kind === kind && object.apiVersion.includes("istio.io/"));
}

export const specOf = <Spec>({ spec }: KubernetesObject): Spec => (spec ?? {}) as Spec;

/** A database outside, as the cluster's objects declare it today. */
export interface Entry {
  target: Target;
  /** ServiceEntries that declare its host. */
  declaredBy: KubernetesObject[];
  /** Addresses that it really has, where they are fixed. */
  addresses: string[];
  /** Names that stand behind its host. */
  endpointNames: string[];
  /** A route leads its connections through a gateway. */
  hasGateway: boolean;
}

/** The databases that ServiceEntries declare, by host: one entry for each port. */
export function entriesOf({ objects, targets }: Pick<Analysis, "objects" | "targets">): Entry[] {
  const entries = ofKind(objects, "ServiceEntry");
  const routes = ofKind(objects, "VirtualService").map((route) => specOf<RouteSpec>(route));
  return targets.flatMap((target): Entry[] => {
    const declaredBy = entries.filter((entry) => specOf<EntrySpec>(entry).hosts?.includes(target.host));
    if (declaredBy.length === 0) return [];
    const endpoints = declaredBy.flatMap((entry) => specOf<EntrySpec>(entry).endpoints ?? []);
    const names = endpoints.flatMap(({ address }) => address ?? []).filter((address) => !isAddress(address));
    return [
      {
        target,
        declaredBy,
        addresses: [...new Set(target.addresses.filter(isAddress))],
        endpointNames: [...new Set(names.filter((name) => name !== target.host))],
        hasGateway: routes.some(
          ({ hosts = [], gateways = [] }) =>
            hosts.includes(target.host) && gateways.some((gateway) => gateway !== "mesh"),
        ),
      },
    ];
  });
}

const isAddress = (text: string): boolean => /^\d+(\.\d+){3}$/.test(text);

/** What is spoken there, as far as the port tells: its declared protocol, else its number. */
export function protocolOf({ target, declaredBy }: Entry): Protocol {
  const ports = declaredBy.flatMap((entry) => specOf<EntrySpec>(entry).ports ?? []);
  const declared = ports.find(({ number }) => number === target.port)?.protocol?.toLowerCase();
  const known = Object.entries(defaultPorts) as [Protocol, number][];
  const [usual] = known.find(([protocol, port]) => protocol === declared || port === target.port) ?? [];
  if (target.protocol !== "tls") return usual === undefined || usual === "tls" ? "tcp" : usual;
  // The others ask for TLS inside their own protocol, and would not show a name at once.
  return usual === "mongo" || usual === "redis" || usual === "kafka" ? usual : "tls";
}

/** TLS that a gateway or a sidecar opens to the database today. */
export function originatedTls(
  objects: readonly KubernetesObject[],
  host: string,
): { tls: ClientTls; object: KubernetesObject } | undefined {
  for (const object of ofKind(objects, "DestinationRule")) {
    const { host: of, trafficPolicy } = specOf<RuleSpec>(object);
    const all = [trafficPolicy?.tls, ...(trafficPolicy?.portLevelSettings ?? []).map(({ tls }) => tls)];
    const tls = all.find((one) => one?.mode === "SIMPLE" || one?.mode === "MUTUAL");
    if (of === host && tls) return { tls, object };
  }
  return undefined;
}
