import { message, type Message } from "../messages/index.js";
import type { Evidence, Target, Workload } from "../model/model.js";
import { contains, isEverything, overlaps, parseBlock } from "./addressBlock.js";

const prefix = "traffic.sidecar.istio.io/";

/** Whether the pod's packet rules hand a connection to the sidecar; `no` and `unknown` carry the annotation that says so. */
export type Interception =
  { intercepted: true; because?: undefined } | { intercepted: false | "unknown"; because: Evidence };

const intercepted: Interception = { intercepted: true };

/** The annotations that decide interception, as one text: equal for workloads that they do not tell apart. */
export function interceptionKey({ annotations }: Workload): string {
  return Object.entries(annotations)
    .filter(([name]) => name.startsWith(prefix))
    .map((entry) => entry.join("="))
    .sort()
    .join("\n");
}

/**
 * Whether a connection to a target goes through the workload's sidecar at all, judged in the order of the packet rules:
 * excluded ports, excluded addresses, included ports, included addresses. What is not intercepted leaves the pod as if
 * there were no sidecar.
 *
 * @param addresses What the client dials: the target's own addresses, or its VIP where the sidecar answers DNS. Empty
 * when not known.
 */
export function interception(workload: Workload, target: Target, addresses = target.addresses): Interception {
  const read = (name: string) => workload.annotations[`${prefix}${name}`];
  const excludedPorts = read("excludeOutboundPorts");
  if (portsOf(excludedPorts).includes(target.port))
    return outside(workload, "excludeOutboundPorts", message("port-excluded", { port: target.port }));
  const excluded = inRanges(read("excludeOutboundIPRanges") ?? "", addresses);
  if (excluded === true) return outside(workload, "excludeOutboundIPRanges", message("address-excluded"));
  if (excluded === "unknown") return unclear(workload, "excludeOutboundIPRanges");
  const includedPorts = read("includeOutboundPorts") ?? "";
  if (includedPorts.trim() === "*" || portsOf(includedPorts).includes(target.port)) return intercepted;
  const included = inRanges(read("includeOutboundIPRanges") ?? "*", addresses);
  if (included === true) return intercepted;
  if (included === "unknown") return unclear(workload, "includeOutboundIPRanges");
  return outside(workload, "includeOutboundIPRanges", message("address-not-included"));
}

/**
 * Why connections to a port of the pods go past their sidecar, which then neither asks for a certificate nor for a
 * policy; undefined where it gets them.
 *
 * @param port Null for every port that no annotation names.
 */
export function pastOwnSidecar(workload: Workload, port: number | null): Evidence | undefined {
  const { included, excluded } = inboundPorts(workload);
  const text = port === null ? message("ports-excluded") : message("port-excluded", { port });
  if (included)
    return port !== null && included.includes(port) ? undefined : evidence(workload, "includeInboundPorts", text);
  return port !== null && excluded.includes(port) ? evidence(workload, "excludeInboundPorts", text) : undefined;
}

/** Ports that annotations about connections to the pods name. Those left out count only where none are chosen. */
export function inboundPorts({ annotations }: Workload): { included?: number[]; excluded: number[] } {
  const included = annotations[`${prefix}includeInboundPorts`] ?? "*";
  if (included.trim() !== "*") return { included: portsOf(included), excluded: [] };
  return { excluded: portsOf(annotations[`${prefix}excludeInboundPorts`]) };
}

function outside(workload: Workload, name: string, text: Message): Interception {
  return { intercepted: false, because: evidence(workload, name, text) };
}

function unclear(workload: Workload, name: string): Interception {
  return { intercepted: "unknown", because: evidence(workload, name, message("interception-unknown")) };
}

function evidence({ kind, namespace, name }: Workload, annotation: string, text: Message): Evidence {
  const metadata = kind === "Pod" ? "metadata" : "spec.template.metadata";
  return { kind, namespace, name, field: `${metadata}.annotations["${prefix}${annotation}"]`, ...text };
}

function portsOf(list: string | undefined): number[] {
  return (list ?? "")
    .split(",")
    .filter((text) => text.trim() !== "")
    .map(Number)
    .filter(Number.isInteger);
}

/** Whether the address is in the ranges: one that lies in some for one of its addresses only is unknown. */
function inRanges(list: string, addresses: readonly string[]): boolean | "unknown" {
  const texts = list
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "");
  if (texts.length === 0) return false;
  if (texts.includes("*")) return true;
  const ranges = texts.flatMap((text) => parseBlock(text) ?? []);
  const dialled = addresses.flatMap((address) => parseBlock(address) ?? []);
  if (dialled.length === 0) return ranges.some(isEverything) ? true : "unknown";
  const inside = dialled.filter((address) => ranges.some((range) => contains(range, address)));
  if (inside.length === dialled.length) return true;
  return dialled.some((address) => ranges.some((range) => overlaps(range, address))) ? "unknown" : false;
}
