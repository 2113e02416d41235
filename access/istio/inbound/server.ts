import { message } from "../../messages/index.js";
import type { Evidence, MeshVerdict, Workload } from "../../model/model.js";
import type { Decision, PolicySet } from "../config/authorization.js";
import type { ChainRule } from "../config/chainRules.js";
import { blocked, unknown, type Path } from "../verdict.js";

/** A proxy that admits or refuses a caller by who it is, after the route to it has been decided. */
export interface Admission {
  workload: Workload;
  port: number;
  via: Path["via"];
  leavesFromGateway: boolean;
  /** SNI the proxy sees. */
  sni: string | undefined;
  /** The caller shows its certificate. */
  authenticated: boolean;
  /** Exact identities the TLS handshake admits; undefined when it admits all. */
  handshake: { names: ReadonlySet<string>; because: Evidence } | undefined;
  /** Lists of clients in the filter chain: each must name the caller. */
  chainRules: readonly ChainRule[];
  policies: PolicySet;
  /** A server-first protocol: a caller that is refused at its first byte has the handshake packet by then. */
  serverFirst: boolean;
  /** The chain so far, and the verdict for a caller that is admitted. */
  because: readonly Evidence[];
  admitted: MeshVerdict;
  /** Paths made so far, by what decided them. */
  paths: Map<object, Path>;
}

/** The identity in a workload's certificate. */
export function principalOf(workload: Workload, trustDomain: string): string {
  return `${trustDomain}/ns/${workload.namespace}/sa/${workload.serviceAccount}`;
}

/** The path of a caller through an admission. Callers with the same answer share one. */
export function admit(admission: Admission, caller: Workload, trustDomain: string): Path {
  const principal = admission.authenticated ? principalOf(caller, trustDomain) : undefined;
  const { handshake } = admission;
  if (handshake && !handshake.names.has(`spiffe://${principal ?? ""}`)) return pathOf(admission, handshake);
  const closed = admission.chainRules.find((rule) => !rule.admits(principal));
  if (closed) return pathOf(admission, closed);
  const decision = admission.policies.decide({
    port: admission.port,
    sni: admission.sni,
    principal,
    namespace: principal === undefined ? undefined : caller.namespace,
    sourceAddresses: caller.addresses,
    destinationAddresses: admission.workload.addresses,
  });
  return pathOf(admission, decision);
}

/** One path for every caller that a handshake or a chain refuses, and one for every decision of the policies. */
function pathOf(admission: Admission, reason: Decision | ChainRule | NonNullable<Admission["handshake"]>): Path {
  let path = admission.paths.get(reason);
  if (!path) {
    const verdict =
      "names" in reason
        ? refused(admission, reason)
        : "admits" in reason
          ? unlisted(admission, reason)
          : decided(admission, reason);
    path = { verdict, via: admission.via, leavesFromGateway: admission.leavesFromGateway };
    admission.paths.set(reason, path);
  }
  return path;
}

function refused(admission: Admission, { names, because }: NonNullable<Admission["handshake"]>): MeshVerdict {
  return blocked([...admission.because, { ...because, ...message("handshake-refuses", { count: names.size }) }]);
}

/** The filter decides when the client has sent its first byte: a server-first protocol has answered by then. */
function unlisted(admission: Admission, { because }: ChainRule): MeshVerdict {
  return blocked(
    [...admission.because, { ...because, ...message("not-on-chain-list") }],
    admission.serverFirst ? "handshake" : null,
  );
}

function decided(admission: Admission, { allowed, because }: Decision): MeshVerdict {
  const { admitted, handshake } = admission;
  if (allowed === true) {
    const lists = admission.chainRules.map((rule) => rule.because);
    if (because.length === 0 && !handshake && lists.length === 0) return admitted;
    const reasons = [...(handshake ? [handshake.because] : []), ...lists, ...because];
    return { ...admitted, because: [...admitted.because, ...reasons] };
  }
  if (allowed === "unknown") return unknown([...admission.because, ...because]);
  return blocked([...admission.because, ...because], admission.serverFirst ? "handshake" : null);
}
