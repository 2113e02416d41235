/** One YAML document of a file: its text and the 1-based line it starts on. */
export interface Document {
  text: string;
  line: number;
}

const separator = /^---(?=\s|$)/gm;

/**
 * Cuts a file at its document separators. `---` at the start of a line ends a document wherever it stands, inside a
 * block scalar too, so the cut is exact; and a document that does not parse takes no other one with it.
 */
export function splitDocuments(text: string): Document[] {
  const documents: Document[] = [];
  let start = 0;
  let line = 1;
  for (const match of text.matchAll(separator)) {
    const piece = text.slice(start, match.index);
    documents.push({ text: piece, line });
    line += countLines(piece);
    start = match.index + match[0].length;
  }
  documents.push({ text: text.slice(start), line });
  return documents.filter((document) => hasContent(document.text));
}

/** The items of a block-style YAML list as documents of their own, to save the sound ones of a list that does not parse. */
export function splitItems(document: Document): Document[] {
  const rows = document.text.split("\n");
  const items = rows.findIndex((row) => /^items:\s*$/.test(row));
  const dash = items < 0 ? undefined : /^ *- /.exec(rows[items + 1] ?? "")?.[0];
  if (!dash) return [];
  const blank = " ".repeat(dash.length);
  const parts: Document[] = [];
  for (let index = items + 1; index < rows.length; index++) {
    const row = rows[index] ?? "";
    const current = parts.at(-1);
    if (row.startsWith(dash)) {
      parts.push({ text: blank + row.slice(dash.length), line: document.line + index });
    } else if (current && (row.startsWith(blank) || row.trim() === "")) {
      current.text += `\n${row}`;
    } else break;
  }
  return parts;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

/** False for what stands between separators without saying anything: blank lines, comments, directives. */
function hasContent(text: string): boolean {
  return /^(?!\s*(#|%|\.\.\.|$)).*\S/m.test(text);
}
