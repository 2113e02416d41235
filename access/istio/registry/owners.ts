import type { Target } from "../../model/model.js";
import type { MeshService } from "./registry.js";

/** Where an entry ends: `by name` where DNS resolves the host itself, else its endpoints. */
export function endsOf({ resolution, endpoints, host }: MeshService): string {
  const addresses = [...new Set(endpoints.map(({ address }) => address))].sort();
  if (resolution === "none" || addresses.length === 0 || addresses.every((address) => address === host)) return byName;
  return addresses.join(", ");
}

const byName = "by name";

/** How an entry of a target's host stands among the others that declare it. */
export type Standing = "the target" | "elsewhere" | "not known";

/**
 * Whether an entry ends where its host is meant to: at the addresses that the caller names; else where the host's own name
 * leads, if another entry leaves it to DNS. Of entries with nothing but different endpoints, any may be the true one.
 */
export function standingOf(service: MeshService, target: Target, owners: readonly MeshService[]): Standing {
  const own = endsOf(service);
  if (target.addressesGiven)
    return service.resolution !== "static" ||
      service.endpoints.some(({ address }) => target.addresses.includes(address))
      ? "the target"
      : "elsewhere";
  const others = rivalsOf(service, owners);
  if (own === byName || others.length === 0) return "the target";
  return others.some((other) => endsOf(other) === byName) ? "elsewhere" : "not known";
}

/** Entries that declare the same host with other endpoints. */
export function rivalsOf(service: MeshService, owners: readonly MeshService[]): MeshService[] {
  const own = endsOf(service);
  return owners.filter((other) => other.registry === "external" && other !== service && endsOf(other) !== own);
}
