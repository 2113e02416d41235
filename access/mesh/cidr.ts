import { BlockList, isIP } from "node:net";

/** An address block; a bare address is a block of one. Undefined for text that is neither. */
export function parseBlock(text: string): BlockList | undefined {
  const [address = "", bits] = text.split("/");
  const family = isIP(address);
  if (family === 0) return undefined;
  const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > (family === 4 ? 32 : 128)) return undefined;
  const block = new BlockList();
  block.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
  return block;
}

export function contains(block: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && block.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** How many leading bits of an address block are fixed. */
export function prefixLength(text: string): number {
  const [address = "", bits] = text.split("/");
  return bits === undefined ? (isIP(address) === 6 ? 128 : 32) : Number(bits);
}
