import { isIP } from "node:net";
import type { AddressBlock } from "../model/connections.js";

export type { AddressBlock };

/** Reads `10.0.0.0/8`, `2001:db8::/32` or a single address; undefined when the text is neither. */
export function parseBlock(text: string): AddressBlock | undefined {
  const [address = "", length, ...more] = text.trim().split("/");
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || more.length > 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d+$/.test(length) ? Number(length) : bits + 1;
  if (prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const first = (number(address, family) / size) * size;
  return { family, first, last: first + size - 1n };
}

/** Whether the outer block holds all of the inner one. */
export function contains(outer: AddressBlock, inner: AddressBlock): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** Whether two blocks have an address in common. */
export function overlaps(one: AddressBlock, other: AddressBlock): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** Whether a block is every IPv4 address: an address that is not known is in it. */
export function isEverything(block: AddressBlock): boolean {
  return block.family === 4 && block.first === 0n && block.last === (1n << 32n) - 1n;
}

/** Whether blocks hold every IPv4 address between them. */
export function coverEverything(blocks: readonly AddressBlock[]): boolean {
  let next = 0n;
  const ascending = blocks.filter(({ family }) => family === 4).sort((a, b) => (a.first < b.first ? -1 : 1));
  for (const { first, last } of ascending) {
    if (first > next) return false;
    if (last >= next) next = last + 1n;
  }
  return next > (1n << 32n) - 1n;
}

function number(address: string, family: 4 | 6): bigint {
  return family === 4 ? ipv4(address) : ipv6(address);
}

function ipv4(address: string): bigint {
  return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function ipv6(address: string): bigint {
  const embedded = /^(?<head>.*:)(?<tail>\d+\.\d+\.\d+\.\d+)$/.exec(address)?.groups;
  const low = embedded ? ipv4(embedded.tail ?? "") : 0n;
  const hex = embedded ? `${embedded.head}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}` : address;
  const [head = "", tail] = hex.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(gap).fill("0"), ...right];
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}
