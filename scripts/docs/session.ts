/** A command and what it prints, with the terminal's colours. */
export interface Screen {
  readonly command: string;
  readonly text: string;
}

const [characterWidth, lineHeight, margin] = [7.8, 17, 16];
/** Columns of the terminal in the picture: longer lines are folded, as a terminal folds them. */
const columns = 112;
/** Time for which each screen is shown: long enough to read a table of 20 lines. */
const secondsPerScreen = 8;

const colors: Record<string, string> = {
  31: "red",
  32: "green",
  33: "yellow",
  35: "magenta",
  36: "cyan",
  1: "bold",
  2: "dim",
};

const styleSheet = `.page{fill:#fff;stroke:#d0d7de}text{fill:#1f2328;white-space:pre}.prompt{fill:#59636e}.red{fill:#cf222e}.green{fill:#1a7f37}.yellow{fill:#9a6700}.magenta{fill:#8250df}.cyan{fill:#0969da}.dim{fill:#59636e}.bold{font-weight:600}
@media (prefers-color-scheme:dark){.page{fill:#0d1117;stroke:#3d444d}text{fill:#f0f6fc}.prompt,.dim{fill:#9198a1}.red{fill:#ff7b72}.green{fill:#3fb950}.yellow{fill:#d29922}.magenta{fill:#d2a8ff}.cyan{fill:#79c0ff}}`;

/**
 * A recorded session as an SVG: one screen after the other, in a loop. Readers who ask for no motion see the first screen.
 */
export function sessionPicture(title: string, screens: readonly Screen[]): string {
  const drawn = screens.map(({ command, text }) => [`$ ${command}`, ...text.trimEnd().split("\n")].flatMap(folded));
  const height = Math.max(...drawn.map(({ length }) => length)) * lineHeight + 2 * margin;
  const width = Math.ceil(columns * characterWidth + 2 * margin);
  const total = screens.length * secondsPerScreen;
  const share = 100 / screens.length;
  const motion = `@keyframes screen{0%,${(share - 1).toFixed(1)}%{opacity:1}${share.toFixed(1)}%,99%{opacity:0}100%{opacity:1}}.screen{animation:screen ${total}s infinite;opacity:0}${screens
    .map((_, index) => `.s${index}{animation-delay:${index * secondsPerScreen - (index === 0 ? 0 : total)}s}`)
    .join("")}@media (prefers-reduced-motion:reduce){.screen{animation:none}.s0{opacity:1}}`;
  const groups = drawn.map((lines, index) => `<g class="screen s${index}">\n${lines.map(lineSvg).join("\n")}\n</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13">
<title id="title">${escaped(title)}</title>
<style>${styleSheet}${motion}</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${groups.join("\n")}
</svg>
`;
}

/** The escape sequences of colours in a line; text between them is what is seen. */
// eslint-disable-next-line no-control-regex
const sequence = /\u001b\[(\d+)m/;

/** A line cut to the terminal's width; colours go on in the next one. */
function folded(line: string): string[] {
  const parts = line.split(sequence);
  const lines: string[] = [];
  let [current, length, open] = ["", 0, ""];
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) {
      const code = `\u001b[${part}m`;
      open = part in colors ? code : "";
      current += code;
      continue;
    }
    let rest = part;
    while (length + rest.length > columns) {
      const cut = columns - length;
      lines.push(current + rest.slice(0, cut));
      rest = rest.slice(cut);
      [current, length] = [open, 0];
    }
    current += rest;
    length += rest.length;
  }
  return [...lines, current];
}

function lineSvg(line: string, row: number): string {
  const y = margin + (row + 0.75) * lineHeight;
  if (row === 0) return `<text class="prompt" x="${margin}" y="${y}">${escaped(line)}</text>`;
  let style = "";
  const spans = line.split(sequence).map((part, index) => {
    if (index % 2 === 1) {
      style = colors[part] ?? "";
      return "";
    }
    return part && (style ? `<tspan class="${style}">${escaped(part)}</tspan>` : escaped(part));
  });
  return `<text x="${margin}" y="${y}" xml:space="preserve">${spans.join("")}</text>`;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
