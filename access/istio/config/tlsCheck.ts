import { createHash } from "node:crypto";
import type { FilterPatch } from "./filters.js";

/** A gateway's server, by port and by the server name of its filter chain; undefined for every one. */
export interface CheckedServer {
  readonly port: number | undefined;
  readonly sni: string | undefined;
}

interface WasmFilter {
  typed_config?: {
    config?: { fail_open?: unknown; vm_config?: { code?: { local?: { inline_bytes?: unknown } } } };
  };
}

/** Modules that close a connection whose application opens no TLS, and do nothing else, by their digest. */
const modules = new Set(["c95ec653f9ae663e3eea4cde0637525baa0f5d94e6a717671120f84458e0a120"]);

/** The server whose connections a patch checks for TLS of the application's own. Undefined for every other patch. */
export function tlsCheck({ applyTo, match, patch }: FilterPatch): CheckedServer | undefined {
  if (applyTo !== "NETWORK_FILTER" || match?.context !== "GATEWAY" || patch?.operation !== "INSERT_BEFORE")
    return undefined;
  const { config } = (patch.value as WasmFilter | undefined)?.typed_config ?? {};
  const code = config?.vm_config?.code?.local?.inline_bytes;
  if (typeof code !== "string" || config?.fail_open === true || !modules.has(digest(code))) return undefined;
  return { port: match.listener?.portNumber, sni: match.listener?.filterChain?.sni };
}

const digests = new Map<string, string>();

function digest(code: string): string {
  let known = digests.get(code);
  if (known === undefined) {
    known = createHash("sha256").update(Buffer.from(code, "base64")).digest("hex");
    digests.set(code, known);
  }
  return known;
}
