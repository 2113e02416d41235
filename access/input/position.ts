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

/** Where the values of a YAML text are, by their keys. */
export class Positions {
  readonly #root: Node | undefined;
  readonly #starts: number[];

  constructor(readonly text: string) {
    this.#root = nodesOf(text);
    this.#starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  }

  /** The lines of a value and its key; where it is missing, those of the innermost value around its place. */
  locate(keys: readonly (string | number)[]): LineRange | undefined {
    let node = this.#root;
    let range: [number, number] | undefined;
    for (const key of keys) {
      const step = node && enter(node, key);
      if (!step) break;
      ({ node, range } = step);
    }
    if (!range) return undefined;
    const [start, end] = range;
    return { first: this.#lineAt(start), last: this.#lineAt(start + this.text.slice(start, end).trimEnd().length) };
  }

  #lineAt(position: number): number {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  }
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
