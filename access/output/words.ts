import type { BypassVerdict, BypassVerdictName, HopEncryption, MeshVerdict, MeshVerdictName } from "../model/model.js";

/** How verdicts look in text: a shape each, so that colour is never the only difference. */
export const meshSymbols: Record<MeshVerdictName, string> = {
  gateway: "●",
  direct: "▲",
  blocked: "■",
  misrouted: "✖",
  unknown: "?",
};

export const bypassSymbols: Record<BypassVerdictName, string> = { open: "○", blocked: "■", unknown: "?" };

/** What protects a hop, in words. */
export const hopWords: Record<HopEncryption, string> = {
  plaintext: "plaintext",
  "own-tls-unknown": "own TLS unknown",
  tls: "TLS",
  "mutual-tls": "mutual TLS",
  "tls-passthrough": "own TLS",
  "mutual-tls+tls-passthrough": "own TLS in mutual TLS",
};

/** `mutual TLS > plaintext`: one word per hop, caller first. */
export function hops(encryption: readonly HopEncryption[]): string {
  return encryption.map((hop) => hopWords[hop]).join(" > ");
}

/** What a row says of itself in one word or two beyond its verdict. */
export function remark({ identity, exposes, verdict }: Omit<MeshVerdict, "because">): string {
  if (exposes) return "handshake exposed";
  if (verdict === "gateway" || verdict === "direct") return identity ? "authenticated" : "not authenticated";
  return "";
}

/** What a pair gets, whatever the form of its evidence. */
export interface Verdicts {
  mesh: Omit<MeshVerdict, "because">;
  bypass: Omit<BypassVerdict, "because">;
}

/** The mesh blocks or routes the connection, and the network underneath lets it past both. */
export function isBypassable({ mesh, bypass }: Verdicts): boolean {
  return bypass.verdict === "open" && (mesh.verdict === "blocked" || mesh.verdict === "gateway");
}

/** Rows a reader should look at first, worst first; 0 for those that need no look. */
export function gravity(row: Verdicts): number {
  if (row.mesh.verdict === "misrouted") return 5;
  if (row.mesh.exposes) return 4;
  if (isBypassable(row)) return 3;
  if (row.mesh.verdict === "direct") return 2;
  return row.mesh.verdict === "unknown" || row.bypass.verdict === "unknown" ? 1 : 0;
}

/** `1 workload`, `2 workloads`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;
}
