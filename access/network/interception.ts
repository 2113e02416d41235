import { message, type Message } from "../messages/index.js";
import type { Capture, Evidence, Target, Workload } from "../model/model.js";
import { contains, isEverything, overlaps, parseBlock } from "./addressBlock.js";

/** Whether the pod's packet rules hand a connection to the sidecar; otherwise the setting that says why not. */
export type Interception =
  { intercepted: true; because?: undefined } | { intercepted: false | "unknown"; because: Evidence };

const intercepted: Interception = { intercepted: true };

type Captured = Pick<Workload, "capture">;

/** The settings that decide interception, as one text: equal for workloads that they do not distinguish. */
export function interceptionKey({ capture }: Captured): string {
  const settings = Object.values(capture);
  return settings.length === 0 ? "" : JSON.stringify(capture);
}

/**
 * Whether a connection to a target goes through the workload's sidecar at all, judged in the order of the packet rules:
 * the proxy's own user, excluded ports, excluded addresses, included ports, included addresses. What is not intercepted
 * leaves the pod as if there were no sidecar.
 *
 * Source: istio tools/istio-iptables/pkg/capture/run.go.
 *
 * @param addresses What the client dials: the target's own addresses, or its VIP where the sidecar answers DNS. Empty
 * when not known.
 */
export function interception({ capture }: Captured, target: Target, addresses = target.addresses): Interception {
  const never = capture.off ?? capture.asProxy;
  if (never) return { intercepted: false, because: never };
  if (capture.partly) return { intercepted: "unknown", because: capture.partly };
  if (portsOf(capture.excludeOutboundPorts?.value).includes(target.port))
    return outside(capture, "excludeOutboundPorts", message("port-excluded", { port: target.port }));
  const excluded = inRanges(capture.excludeOutboundIPRanges?.value ?? "", addresses);
  if (excluded === true) return outside(capture, "excludeOutboundIPRanges", message("address-excluded"));
  if (excluded === "unknown") return unclear(capture, "excludeOutboundIPRanges");
  const includedPorts = capture.includeOutboundPorts?.value ?? "";
  if (includedPorts.trim() === "*" || portsOf(includedPorts).includes(target.port)) return intercepted;
  const included = inRanges(capture.includeOutboundIPRanges?.value ?? "*", addresses);
  if (included === true) return intercepted;
  if (included === "unknown") return unclear(capture, "includeOutboundIPRanges");
  return outside(capture, "includeOutboundIPRanges", message("address-not-included"));
}

/**
 * Why connections to a port of the pods go past their sidecar, which then neither asks for a certificate nor for a
 * policy; undefined where it gets them.
 *
 * @param port Null for every port that no setting names.
 */
export function pastOwnSidecar({ capture }: Captured, port: number | null): Evidence | undefined {
  if (capture.off) return capture.off;
  const { included, excluded } = inboundPorts({ capture });
  const text = port === null ? message("ports-excluded") : message("port-excluded", { port });
  if (included)
    return port !== null && included.includes(port) ? undefined : evidence(capture, "includeInboundPorts", text);
  return port !== null && excluded.includes(port) ? evidence(capture, "excludeInboundPorts", text) : undefined;
}

/** Ports that settings about connections to the pods name. Those left out count only where none are chosen. */
export function inboundPorts({ capture }: Captured): { included?: number[]; excluded: number[] } {
  const included = capture.includeInboundPorts?.value ?? "*";
  if (included.trim() !== "*") return { included: portsOf(included), excluded: [] };
  return { excluded: portsOf(capture.excludeInboundPorts?.value) };
}

type SettingName = Exclude<keyof Capture, "off" | "asProxy" | "partly">;

function outside(capture: Capture, name: SettingName, text: Message): Interception {
  return { intercepted: false, because: evidence(capture, name, text) };
}

function unclear(capture: Capture, name: SettingName): Interception {
  return { intercepted: "unknown", because: evidence(capture, name, message("interception-unknown")) };
}

function evidence(capture: Capture, name: SettingName, text: Message): Evidence {
  const place = capture[name]?.place ?? { kind: "", namespace: "", name: "", field: "" };
  return { ...place, ...text };
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
