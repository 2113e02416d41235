const firstPort = 20_000;
const ports = 10_000;

/**
 * Loopback port of a wildcard group's forwarder on the gateway. Derived from the group's name alone, so that groups do
 * not move when others come or go.
 */
export function forwarderPort(name: string): number {
  return firstPort + (fnv1a(name) % ports);
}

/** 32-bit FNV-1a: spreads names evenly over the ports. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
