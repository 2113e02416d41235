import type { AddressBlock, AddressClass } from "../model/connections.js";
import { contains } from "./addressBlock.js";

const familyBits = { 4: 32n, 6: 128n } as const;

/**
 * Divides all addresses by the blocks that policies ask about.
 *
 * @param blocks Of all policies, each once. Of two, one holds the other or they have no address in common.
 */
export function addressClasses(blocks: readonly AddressBlock[]): AddressClass[] {
  const families = ([4, 6] as const).map((family) => ({ family, first: 0n, last: (1n << familyBits[family]) - 1n }));
  const others = blocks.filter((block) => !families.some((all) => contains(block, all)));
  return [...families, ...others].flatMap((block) => {
    const inside = others.filter((other) => other !== block && contains(block, other));
    const except = inside.filter((one) => !inside.some((other) => other !== one && contains(other, one)));
    const sample = firstGap(block, except);
    return sample ? { block, except, sample } : [];
  });
}

/** The first addresses of a block that are in none of the others. */
function firstGap(block: AddressBlock, others: readonly AddressBlock[]): AddressBlock | undefined {
  let next = block.first;
  for (const { first, last } of [...others].sort((one, other) => (one.first < other.first ? -1 : 1))) {
    if (first > next) return { family: block.family, first: next, last: first - 1n };
    next = last + 1n;
  }
  return next > block.last ? undefined : { family: block.family, first: next, last: block.last };
}

/** A block as policies write it: `198.51.100.0/24`. */
export function blockText({ family, first, last }: AddressBlock): string {
  const size = last - first + 1n;
  return `${addressText(first, family)}/${familyBits[family] - BigInt(size.toString(2).length - 1)}`;
}

/** An address in the usual notation, for IPv6 that of RFC 5952. */
function addressText(address: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const text = groups.join(":");
  const [longest] = [...text.matchAll(/\b0(?::0)+\b/g)].sort((one, other) => other[0].length - one[0].length);
  if (!longest) return text;
  const [before, after] = [text.slice(0, longest.index), text.slice(longest.index + longest[0].length)];
  return `${before.replace(/:$/, "")}::${after.replace(/^:/, "")}`;
}
