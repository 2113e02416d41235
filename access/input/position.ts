import jsYaml from "js-yaml";

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

/** A value and where it is. The children of a mapping are its keys and values by turns. */
interface Node {
  kind: string;
  value: unknown;
  start: number;
  end: number;
  children: Node[];
}

/** Where a field is in YAML that `writeYaml` wrote; where it is missing, the innermost field around its place. */
export function locateField(text: string, field: string): LineRange {
  let node = nodesOf(text);
  let range: [number, number] | undefined;
  for (const part of fieldPath(field)) {
    const step = node && enter(node, part);
    if (!step) break;
    ({ node, range } = step);
  }
  if (!range) return { first: 1, last: 1 };
  const lineAt = (position: number) => text.slice(0, position).split("\n").length;
  const [start, end] = range;
  return { first: lineAt(start), last: lineAt(start + text.slice(start, end).trimEnd().length) };
}

function enter(node: Node, part: string | number): { node: Node; range: [number, number] } | undefined {
  if (node.kind === "sequence") {
    const item = node.children[Number(part)];
    return item && { node: item, range: [item.start, item.end] };
  }
  if (node.kind !== "mapping") return undefined;
  const at = node.children.findIndex((child, index) => index % 2 === 0 && String(child.value) === String(part));
  const [key, value] = [node.children[at], node.children[at + 1]];
  return key && value && { node: value, range: [key.start, value.end] };
}

/** The tree of a text's nodes, as the parser reports them. */
function nodesOf(text: string): Node | undefined {
  const open: Node[] = [];
  let root: Node | undefined;
  jsYaml.load(text, {
    schema: jsYaml.FAILSAFE_SCHEMA,
    listener: (event, state) => {
      if (event === "open") {
        const start =
          state.position + (/^\s*(?:- )?/.exec(text.slice(state.position, state.position + 400))?.[0].length ?? 0);
        open.push({ kind: "", value: undefined, start, end: start, children: [] });
        return;
      }
      const node = open.pop();
      if (!node) return;
      [node.kind, node.value, node.end] = [state.kind ?? "", state.result, state.position];
      // A scalar is first tried as a key, which leaves it as the only child of itself.
      if (node.kind === "scalar") node.children = [];
      const parent = open.at(-1);
      if (parent) parent.children.push(node);
      else root = node;
    },
  });
  return root;
}
