import type { Target } from "../../model/model.js";
import { isWildcard } from "../registry/hostname.js";

/** The name a client asks for: of a wildcard, any that it covers. */
export function askedName({ host }: Target): string {
  return isWildcard(host) ? `any-name${host.slice(1)}` : host;
}

/** The SNI of a client that opens TLS itself. */
export function clientSni(target: Target): string | undefined {
  return target.protocol === "tls" ? askedName(target) : undefined;
}
