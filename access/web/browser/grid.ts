import { hops } from "../../output/words.js";
import { type Answer, answerOf, data, element, escaped, targetAt, workloadAt } from "./pageAnswers.js";
import type { Line, View } from "./view.js";

/** Where the cells are, in pixels. */
interface Layout {
  headWidth: number;
  headHeight: number;
  columnWidth: number;
  rowHeight: number;
  /** A cell holds a shape alone. */
  isSmall: boolean;
  /** A cell has room for the hops beside the verdict. */
  isWide: boolean;
}

const characterWidth = 7.2;
/** Pages on paper hold no more; the file does. */
const mostPrinted = 6_000;

/** The matrix. It draws only the cells in sight, so that five million do not freeze the page. */
export class Grid {
  readonly root = element("matrix");
  #view: View = { rows: [], columns: [] };
  #layout: Layout = { headWidth: 0, headHeight: 0, columnWidth: 1, rowHeight: 1, isSmall: false, isWide: false };
  #drawn = "";

  constructor(
    private readonly isDimmed: (answer: Answer) => boolean,
    private readonly selected: () => { row: number; column: number },
  ) {}

  /** Shows other lines. */
  show(view: View): void {
    this.#view = view;
    this.#layout = layoutOf(view, this.root);
    const { headHeight, headWidth, columnWidth, rowHeight } = this.#layout;
    const { rows, columns } = view;
    this.root.setAttribute("aria-rowcount", String(rows.length + 1));
    this.root.setAttribute("aria-colcount", String(columns.length + 1));
    const isEmpty = rows.length === 0 || columns.length === 0;
    const nothing =
      data.workloads.length > 0 && data.targets.length > 0
        ? "Nothing matches. Loosen the filters or the search."
        : "The input has no workloads or no databases.";
    this.root.innerHTML = isEmpty
      ? `<p class="empty">${nothing}</p>`
      : `<div class="canvas" role="presentation" style="--cw:${columnWidth - 2}px;width:${headWidth + columns.length * columnWidth}px;height:${headHeight + rows.length * rowHeight}px"><div class="r head" role="row" aria-rowindex="1" style="height:${headHeight}px"></div></div>`;
    this.draw(true);
  }

  /** Draws what is in sight, if that has changed; everything, for paper. */
  draw(isForced: boolean, isWhole = false): void {
    const canvas = this.root.firstElementChild;
    if (!canvas?.classList.contains("canvas")) return;
    const { headHeight, columnWidth, rowHeight } = this.#layout;
    const { rows, columns } = this.#view;
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.root;
    const printed = Math.max(1, Math.floor(mostPrinted / columns.length));
    const firstRow = isWhole ? 0 : Math.max(0, Math.floor(scrollTop / rowHeight) - 4);
    const endRow = Math.min(rows.length, isWhole ? printed : Math.ceil((scrollTop + clientHeight) / rowHeight) + 4);
    const firstColumn = isWhole ? 0 : Math.max(0, Math.floor(scrollLeft / columnWidth) - 3);
    const endColumn = Math.min(
      columns.length,
      isWhole ? columns.length : Math.ceil((scrollLeft + clientWidth) / columnWidth) + 3,
    );
    const key = [firstRow, endRow, firstColumn, endColumn].join();
    if (!isForced && key === this.#drawn) return;
    this.#drawn = key;
    const places = rangeOf(firstColumn, endColumn);
    const head = canvas.firstElementChild;
    if (head) head.innerHTML = this.#headHtml(places);
    while (canvas.children.length > 1) canvas.lastElementChild?.remove();
    const html = rangeOf(firstRow, endRow).map((row) => this.#rowHtml(row, places, headHeight + row * rowHeight));
    canvas.insertAdjacentHTML("beforeend", html.join(""));
  }

  /** Scrolls a cell into sight. */
  reveal(row: number, column: number): void {
    const { headHeight, headWidth, columnWidth, rowHeight } = this.#layout;
    const [top, left] = [row * rowHeight, column * columnWidth];
    const [height, width] = [this.root.clientHeight - headHeight, this.root.clientWidth - headWidth];
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    else if (top + rowHeight > this.root.scrollTop + height) this.root.scrollTop = top + rowHeight - height;
    if (left < this.root.scrollLeft) this.root.scrollLeft = left;
    else if (left + columnWidth > this.root.scrollLeft + width) this.root.scrollLeft = left + columnWidth - width;
  }

  /** Rows that fit a screen. */
  get pageRows(): number {
    const { headHeight, rowHeight } = this.#layout;
    return Math.max(1, Math.floor((this.root.clientHeight - headHeight) / rowHeight) - 1);
  }

  #headHtml(columns: readonly number[]): string {
    const { headWidth, columnWidth, isSmall } = this.#layout;
    const cells = columns.map((column) => {
      const line = this.#view.columns[column];
      if (!line) return "";
      const [host, port, database] = targetAt(line.members[0]);
      const more = moreOf(line);
      const title = line.members.map((place) => `${targetAt(place)[0]}:${targetAt(place)[1]}`).join("\n");
      const name = `<b>${escaped(database || host)}${more}</b>`;
      const place = `${database ? host : ""}:${port}`;
      return `<div class="ch${isSmall ? " tall" : ""}" role="columnheader" aria-colindex="${column + 2}" style="left:${headWidth + column * columnWidth}px;width:${columnWidth}px" title="${escaped(title)}">${isSmall ? name : `${name}<span>${escaped(place)}</span>`}</div>`;
    });
    return `<div class="corner" role="columnheader" aria-colindex="1" style="width:${headWidth}px">workload</div>${cells.join("")}`;
  }

  #rowHtml(row: number, columns: readonly number[], top: number): string {
    const line = this.#view.rows[row];
    if (!line) return "";
    const { headWidth, rowHeight, isSmall } = this.#layout;
    const [namespace, name, account, sidecar] = workloadAt(line.members[0]);
    const above = this.#view.rows[row - 1];
    const isFirst = above !== undefined && workloadAt(above.members[0])[0] !== namespace;
    const title = line.members
      .map((place) => `${workloadAt(place)[0]}/${workloadAt(place)[1]} as ${workloadAt(place)[2]}`)
      .join("\n");
    const bare =
      sidecar === "false"
        ? '<svg class="shape none" role="img" aria-label="no sidecar"><title>no sidecar</title><use href="#s-bare"/></svg>'
        : "";
    const cells = columns.map((column) => this.#cellHtml(row, column, line));
    return `<div class="r${isFirst ? " ns-first" : ""}" role="row" aria-rowindex="${row + 2}" style="top:${top}px;height:${rowHeight}px"><div class="rh" role="rowheader" aria-colindex="1" style="width:${headWidth}px" title="${escaped(title || account)}"><span class="who${isSmall ? "" : " two"}"><span class="ns">${escaped(namespace)}${isSmall ? "/" : ""}</span><span class="wl">${escaped(name)}${moreOf(line)}</span></span>${bare}</div>${cells.join("")}</div>`;
  }

  #cellHtml(row: number, column: number, line: Line): string {
    const target = this.#view.columns[column];
    if (!target) return "";
    const { headWidth, columnWidth, isSmall, isWide } = this.#layout;
    const answer = answerOf(line.members[0], target.members[0]);
    const { mesh, bypass } = answer;
    const chosen = this.selected();
    const hint = mesh.exposes ? "handshake exposed" : hops(mesh.encryption);
    const label = `${mesh.verdict}${mesh.exposes ? ", handshake exposed" : ""}, bypass ${bypass.verdict}`;
    const words = isSmall
      ? ""
      : `<span class="word">${mesh.verdict}</span>${isWide && hint ? `<span class="hint">${escaped(hint)}</span>` : ""}`;
    const classes = `c v-${mesh.verdict}${isSmall ? " small" : ""}${this.isDimmed(answer) ? " dim" : ""}`;
    return `<div class="${classes}" role="gridcell" id="c${row}-${column}" data-r="${row}" data-c="${column}" aria-colindex="${column + 2}" aria-selected="${row === chosen.row && column === chosen.column}" aria-label="${label}" style="left:${headWidth + column * columnWidth}px;width:${columnWidth}px"><svg class="shape" aria-hidden="true"><use href="#s-${mesh.verdict}"/></svg>${words}${bypassMark(answer)}</div>`;
  }
}

function bypassMark({ bypass }: Answer): string {
  if (bypass.verdict === "blocked") return "";
  if (bypass.verdict === "open")
    return '<span class="round" title="sidecar bypass open"><svg class="shape" aria-hidden="true"><use href="#s-open"/></svg></span>';
  return '<span class="round v-unknown" style="color:var(--unknown)" title="sidecar bypass not known">?</span>';
}

/** How many lines a folded one stands for. */
function moreOf({ members }: Line): string {
  return members.length > 1 ? ` <i class="more">+${(members.length - 1).toLocaleString("en")}</i>` : "";
}

function rangeOf(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

/** What the pair's details need beside the matrix. */
const detailsWidth = 460;

/** Cells as large as the window allows; columns of names in full stand upright where there is no room to lie. */
function layoutOf({ rows, columns }: View, root: HTMLElement): Layout {
  const number = Math.max(1, columns.length);
  const isCrowded = number > 24 || rows.length > 60;
  const wish = Math.max(460, 250 + number * (number <= 6 ? 210 : 44));
  const most = isCrowded ? Math.max(innerWidth * 0.58, innerWidth - detailsWidth) : innerWidth * 0.58;
  root.closest<HTMLElement>(".workspace")?.style.setProperty("--matrix", `${Math.min(wish, most)}px`);
  const width = root.clientWidth || 800;
  const headWidth = Math.min(isCrowded ? 210 : 300, Math.max(150, Math.round(width * 0.34)));
  const room = Math.floor((width - headWidth) / number);
  const isSmall = room < 104;
  const columnWidth = isSmall ? Math.max(isCrowded ? 20 : 40, Math.min(64, room)) : Math.min(380, room);
  const rowHeight = isSmall ? (isCrowded ? 22 : 34) : 50;
  const headHeight = headHeightOf(columns, isSmall ? undefined : columnWidth);
  return { headWidth, headHeight, columnWidth, rowHeight, isSmall, isWide: columnWidth >= 170 };
}

/** Room for the longest name: upright, or in lines of a column's width. */
function headHeightOf(columns: readonly Line[], columnWidth: number | undefined): number {
  const heights = columns.map(({ members: [place] }) => {
    const [host, port, database] = targetAt(place);
    const name = (database || host).length * characterWidth;
    if (columnWidth === undefined) return name + 40;
    const lines = (pixels: number) => Math.ceil(pixels / (columnWidth - 20));
    return 24 + lines(name * 1.1) * 17 + lines(`${database ? host : ""}:${port}`.length * characterWidth) * 18;
  });
  return Math.min(
    360,
    heights.reduce((most, height) => Math.max(most, Math.ceil(height)), 64),
  );
}
