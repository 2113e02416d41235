import { message, type Message } from "../messages/index.js";
import type { LabelSelector } from "../model/labels.js";
import { isIncomplete } from "../model/placeholder.js";
import { contains, parseBlock } from "../network/addressBlock.js";
import { isPortName, isPortNumber } from "./names.js";
import { selectorFaults, selectorShape } from "./selector.js";
import type { Fault, Shape } from "./fieldShape.js";

const peer: Shape = {
  fields: {
    podSelector: selectorShape,
    namespaceSelector: selectorShape,
    ipBlock: { fields: { cidr: "text", except: { list: "text" } } },
  },
};
const ports: Shape = { list: { fields: { protocol: "text", port: "integer or text", endPort: "integer" } } };

export const networkPolicySpec: Shape = {
  fields: {
    podSelector: selectorShape,
    policyTypes: { list: "text" },
    ingress: { list: { fields: { from: { list: peer }, ports } } },
    egress: { list: { fields: { to: { list: peer }, ports } } },
  },
};

type Maybe<T> = T | null | undefined;

interface Spec {
  podSelector?: Maybe<LabelSelector>;
  policyTypes?: Maybe<string[]>;
  ingress?: Maybe<{ from?: Maybe<Maybe<Peer>[]>; ports?: Maybe<Maybe<Port>[]> }[]>;
  egress?: Maybe<{ to?: Maybe<Maybe<Peer>[]>; ports?: Maybe<Maybe<Port>[]> }[]>;
}

interface Peer {
  podSelector?: Maybe<LabelSelector>;
  namespaceSelector?: Maybe<LabelSelector>;
  ipBlock?: Maybe<{ cidr?: Maybe<string>; except?: Maybe<string[]> }>;
}

interface Port {
  protocol?: Maybe<string>;
  port?: Maybe<number | string>;
  endPort?: Maybe<number>;
}

const protocols = ["TCP", "UDP", "SCTP"];
const types = ["Ingress", "Egress"];

/** Where the API server refuses a NetworkPolicy of the right shape. Source: kubernetes, `pkg/apis/networking/validation`. */
export function networkPolicyFaults(spec: Spec): Fault[] {
  const { podSelector, policyTypes, ingress, egress } = spec;
  return [
    ...selectorFaults(podSelector, "spec.podSelector"),
    ...(ingress ?? []).flatMap((rule, index) => ruleFaults(rule?.ports, rule?.from, "from", `spec.ingress[${index}]`)),
    ...(egress ?? []).flatMap((rule, index) => ruleFaults(rule?.ports, rule?.to, "to", `spec.egress[${index}]`)),
    ...typeFaults(policyTypes ?? []),
  ];
}

function typeFaults(given: readonly string[]): Fault[] {
  if (given.length > types.length) return [fault("spec.policyTypes", message("too-many-types"))];
  return given.flatMap((type, index) =>
    types.includes(type) ? [] : fault(`spec.policyTypes[${index}]`, message("expected-one-of", { values: types })),
  );
}

function ruleFaults(
  rulePorts: Maybe<Maybe<Port>[]>,
  peers: Maybe<Maybe<Peer>[]>,
  side: "from" | "to",
  field: string,
): Fault[] {
  return [
    ...(rulePorts ?? []).flatMap((port, index) => portFaults(port ?? {}, `${field}.ports[${index}]`)),
    ...(peers ?? []).flatMap((one, index) => peerFaults(one ?? {}, `${field}.${side}[${index}]`)),
  ];
}

function portFaults({ protocol, port, endPort }: Port, field: string): Fault[] {
  const faults: Fault[] = [];
  if (protocol !== null && protocol !== undefined && !protocols.includes(protocol))
    faults.push(fault(`${field}.protocol`, message("expected-one-of", { values: protocols })));
  if (typeof port === "string" && !isPortName(port)) faults.push(fault(`${field}.port`, badPortName(port)));
  if (typeof port === "number" && !isPortNumber(port)) faults.push(fault(`${field}.port`, message("bad-port-number")));
  if (endPort === null || endPort === undefined) return faults;
  const end = (reason: Message) => [...faults, fault(`${field}.endPort`, reason)];
  if (port === null || port === undefined) return end(message("end-port-alone"));
  if (typeof port === "string") return end(message("end-port-of-name"));
  if (endPort < port) return end(message("end-port-below", { port }));
  return isPortNumber(endPort) ? faults : end(message("bad-port-number"));
}

function badPortName(name: string): Message {
  return /^\d+$/.test(name) ? message("quoted-port", { port: name }) : message("bad-port-name", { name });
}

function peerFaults({ podSelector, namespaceSelector, ipBlock }: Peer, field: string): Fault[] {
  const faults = [
    ...selectorFaults(podSelector, `${field}.podSelector`),
    ...selectorFaults(namespaceSelector, `${field}.namespaceSelector`),
  ];
  if (!ipBlock) return podSelector || namespaceSelector ? faults : [fault(field, message("empty-peer"))];
  if (podSelector || namespaceSelector) faults.push(fault(field, message("block-and-selector")));
  return [...faults, ...blockFaults(ipBlock.cidr ?? "", ipBlock.except ?? [], `${field}.ipBlock`)];
}

function blockFaults(cidr: string, except: readonly string[], field: string): Fault[] {
  if (isIncomplete(cidr)) return [];
  const outer = blockOf(cidr);
  if (!outer) return [fault(`${field}.cidr`, message("bad-block", { block: cidr }))];
  return except.flatMap((text, index) => {
    if (isIncomplete(text)) return [];
    const inner = blockOf(text);
    const at = `${field}.except[${index}]`;
    if (!inner) return fault(at, message("bad-block", { block: text }));
    const isStrict = contains(outer, inner) && inner.last - inner.first < outer.last - outer.first;
    return isStrict ? [] : fault(at, message("exception-outside", { block: cidr }));
  });
}

/** A block needs its length. The API server still accepts leading zeros, and reads them as decimal. */
function blockOf(text: string): ReturnType<typeof parseBlock> {
  return text.includes("/") ? parseBlock(text.replace(/(^|\.)0+(?=\d)/g, "$1")) : undefined;
}

function fault(field: string, reason: Message): Fault {
  return { field, reason };
}
