import { forwarderPort } from "../../settings/forwarderPort.js";

/** The forwarder of one wildcard group on the gateway's loopback interface. */
export interface Forwarder {
  /** Wildcard it is limited to. */
  group: string;
  /** Made-up name that leads to it. */
  host: string;
  /** Loopback port it listens on. */
  port: number;
  /** Port it connects to outside. */
  onwardPort: number;
}

export function forwarderOf({ name, host, port }: { name: string; host: string; port: number }): Forwarder {
  return { group: host, host: `${name}.sni-forward.internal`, port: forwarderPort(name), onwardPort: port };
}
