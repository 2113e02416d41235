import type { Evidence, MeshVerdict, Workload } from "../model.js";
import type { Connection, PolicySet } from "./authorization.js";
import { blocked, unknown } from "./verdict.js";

/** A proxy that admits or refuses a caller by who it is, after the route to it has been decided. */
export interface Admission {
  workload: Workload;
  port: number;
  /** SNI the proxy sees. */
  sni: string | undefined;
  /** The caller shows its certificate. */
  authenticated: boolean;
  /** Exact identities the TLS handshake admits; empty admits all. */
  handshake: { names: readonly string[]; because: Evidence } | undefined;
  policies: PolicySet;
  /** A caller that is refused at its first byte has seen the greeting by then. */
  greets: boolean;
  /** The chain so far, and the verdict for a caller that is admitted. */
  because: readonly Evidence[];
  admitted: MeshVerdict;
}

/** The identity in a workload's certificate. */
export function principalOf(workload: Workload, trustDomain: string): string {
  return `${trustDomain}/ns/${workload.namespace}/sa/${workload.serviceAccount}`;
}

/** Whether the proxy lets a caller through. */
export function admit(admission: Admission, caller: Workload, trustDomain: string): MeshVerdict {
  const principal = admission.authenticated ? principalOf(caller, trustDomain) : undefined;
  const { handshake } = admission;
  if (handshake && handshake.names.length > 0 && !handshake.names.includes(`spiffe://${principal ?? ""}`)) {
    const text = `the handshake admits ${handshake.names.length} identities, and spiffe://${principal ?? ""} is none of them`;
    return blocked([...admission.because, { ...handshake.because, text }]);
  }
  const connection: Connection = {
    port: admission.port,
    sni: admission.sni,
    principal,
    namespace: principal === undefined ? undefined : caller.namespace,
    sourceAddresses: caller.addresses,
    destinationAddresses: admission.workload.addresses,
  };
  const { allowed, because } = admission.policies.decide(connection);
  if (allowed === true) {
    if (because.length === 0 && !handshake) return admission.admitted;
    const all = [...admission.admitted.because, ...(handshake ? [handshake.because] : []), ...because];
    return { ...admission.admitted, because: all };
  }
  if (allowed === "unknown") return unknown([...admission.because, ...because]);
  return blocked([...admission.because, ...because], admission.greets ? "greeting" : null);
}
