import { LineCounter, parseDocument, isMap, isPair, isSeq, type Node } from "yaml";

/** A field's path in its parts: `spec.servers[0].tls` and `metadata.annotations["a.b/c"]` as keys and indexes. */
export function fieldPath(field: string): (string | number)[] {
  return [...field.matchAll(/\["(?<quoted>[^"]*)"\]|\[(?<index>\d+)\]|(?<key>[^.[\]]+)/g)].map(({ groups }) =>
    groups?.index !== undefined ? Number(groups.index) : (groups?.quoted ?? groups?.key ?? ""),
  );
}

/** Lines of a YAML text, 1-based, first and last included. */
export interface LineRange {
  first: number;
  last: number;
}

/** Where a field stands in the text of one object; where it is missing, the innermost field around its place. */
export function locateField(text: string, field: string): LineRange {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  let node: unknown = document.contents;
  let range: [number, number] | undefined;
  for (const part of fieldPath(field)) {
    const step = enter(node, part);
    if (!step) break;
    ({ node, range } = step);
  }
  if (!range) return { first: 1, last: 1 };
  const first = lines.linePos(range[0]).line;
  return { first, last: Math.max(first, lines.linePos(Math.max(range[0], range[1] - 1)).line) };
}

function enter(node: unknown, part: string | number): { node: unknown; range: [number, number] } | undefined {
  if (isSeq(node) && typeof part === "number") {
    const item = node.items[part] as Node | undefined;
    return item?.range ? { node: item, range: [item.range[0], item.range[1]] } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    (item) => isPair(item) && String((item.key as { value?: unknown }).value) === String(part),
  );
  const key = pair?.key as Node | undefined;
  if (!pair || !key?.range) return undefined;
  const value = pair.value as Node | null;
  return { node: value, range: [key.range[0], value?.range?.[1] ?? key.range[1]] };
}
