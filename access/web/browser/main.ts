import { showDetails } from "./details.js";
import { Grid } from "./grid.js";
import { closeManifest, openManifest } from "./manifest.js";
import { data, element } from "./pageAnswers.js";
import { type Filter, foldsByDefault, gravestPair, isWanted, type View, viewOf } from "./view.js";

/** What the page shows now. */
const filter: Filter & { only: Set<string> } = {
  text: "",
  namespace: "",
  only: new Set(data.only),
  problems: false,
  fold: foldsByDefault,
};
const chosen = { row: 0, column: 0 };
let view: View = { rows: [], columns: [] };

const isFiltered = () => filter.problems || filter.only.size > 0;
const grid = new Grid(
  (answer) => isFiltered() && !isWanted(answer, filter),
  () => chosen,
);

/** Shows the lines that the filter leaves; the selected pair stays selected where it can. */
function apply(): void {
  const [row, column] = [view.rows[chosen.row]?.members[0], view.columns[chosen.column]?.members[0]];
  view = viewOf(filter);
  grid.show(view);
  selectPair(row ?? -1, column ?? -1, false);
}

function selectPair(workload: number, target: number, isRevealed: boolean): void {
  const row = view.rows.findIndex(({ members }) => members.includes(workload));
  const column = view.columns.findIndex(({ members }) => members.includes(target));
  select(row, column, isRevealed);
}

function select(row: number, column: number, isRevealed: boolean): void {
  chosen.row = Math.max(0, Math.min(view.rows.length - 1, row));
  chosen.column = Math.max(0, Math.min(view.columns.length - 1, column));
  const [workloads, targets] = [view.rows[chosen.row], view.columns[chosen.column]];
  status();
  if (!workloads || !targets) {
    grid.root.removeAttribute("aria-activedescendant");
    element("details").innerHTML = '<p class="empty">No pair selected.</p>';
    return;
  }
  if (isRevealed) grid.reveal(chosen.row, chosen.column);
  grid.draw(true);
  grid.root.setAttribute("aria-activedescendant", `c${chosen.row}-${chosen.column}`);
  showDetails(workloads, targets);
}

function status(): void {
  const number = (lines: View["rows"], total: number, noun: string) => {
    const shown = lines.reduce((sum, { members }) => sum + members.length, 0);
    const folded = shown === lines.length ? "" : ` in ${lines.length.toLocaleString("en")} lines`;
    const of = shown === total ? "" : ` of ${total.toLocaleString("en")}`;
    return `${shown.toLocaleString("en")}${of} ${noun}${total === 1 ? "" : "s"}${folded}`;
  };
  const keys = "<kbd>↑↓←→</kbd> move &nbsp; <kbd>Enter</kbd> evidence &nbsp; <kbd>/</kbd> search";
  element("status").innerHTML =
    `${number(view.rows, data.workloads.length, "workload")} × ${number(view.columns, data.targets.length, "database")} &nbsp; ${keys}`;
}

function onGridKey(event: KeyboardEvent): void {
  const page = grid.pageRows;
  const isFar = event.ctrlKey || event.metaKey;
  const [rows, columns] = [view.rows.length, view.columns.length];
  const moves: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-page, 0],
    PageDown: [page, 0],
    Home: [isFar ? -rows : 0, -columns],
    End: [isFar ? rows : 0, columns],
  };
  const move = moves[event.key];
  if (move) {
    event.preventDefault();
    select(chosen.row + move[0], chosen.column + move[1], true);
  } else if (event.key === "Enter") {
    event.preventDefault();
    (element("details").querySelector<HTMLElement>(".link") ?? element("details")).focus();
  }
}

function onPageKey(event: KeyboardEvent): void {
  const isTyping = event.target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    element<HTMLInputElement>("search").focus();
    element<HTMLInputElement>("search").select();
  } else if (event.key === "Escape" && !closeManifest()) {
    event.preventDefault();
    grid.root.focus();
  }
}

function onClick(event: MouseEvent): void {
  if (!(event.target instanceof Element)) return;
  const link = event.target.closest<HTMLElement>("[data-evidence]");
  const finding = event.target.closest<HTMLElement>("[data-finding]");
  if (link) openManifest(Number(link.dataset["evidence"]));
  else if (finding) {
    const because = data.findings[Number(finding.dataset["finding"])] ?? [];
    const known = because.find((place) => (data.evidence[place]?.object ?? -1) >= 0);
    if (known !== undefined) openManifest(known);
  } else if (event.target.closest(".close")) closeManifest();
}

/** Typing waits this long before the lines change. */
const typingPause = 60;

function listenToTools(): void {
  const search = element<HTMLInputElement>("search");
  let timer = 0;
  const searchNow = () => {
    clearTimeout(timer);
    filter.text = search.value;
    apply();
  };
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(searchNow, typingPause);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    searchNow();
    grid.root.focus();
  });
  const namespace = element<HTMLSelectElement>("namespace");
  namespace.addEventListener("change", () => {
    filter.namespace = namespace.value;
    apply();
  });
  for (const name of ["problems", "fold"] as const) {
    const box = element<HTMLInputElement>(name);
    box.checked = filter[name];
    box.addEventListener("change", () => {
      filter[name] = box.checked;
      apply();
    });
  }
  for (const chip of document.querySelectorAll<HTMLElement>("[data-filter]")) listenToChip(chip);
}

function listenToChip(chip: HTMLElement): void {
  const verdict = chip.dataset["filter"] ?? "";
  chip.setAttribute("aria-pressed", String(filter.only.has(verdict)));
  chip.addEventListener("click", () => {
    const isOn = !filter.only.has(verdict);
    if (isOn) filter.only.add(verdict);
    else filter.only.delete(verdict);
    chip.setAttribute("aria-pressed", String(isOn));
    apply();
  });
}

function listenToGrid(): void {
  grid.root.addEventListener("scroll", () => grid.draw(false), { passive: true });
  grid.root.addEventListener("keydown", onGridKey);
  grid.root.addEventListener("click", (event) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>(".c") : null;
    if (!cell) return;
    select(Number(cell.dataset["r"]), Number(cell.dataset["c"]), false);
    grid.root.focus({ preventScroll: true });
  });
  let width = grid.root.clientWidth;
  new ResizeObserver(() => {
    if (grid.root.clientWidth === width) return grid.draw(false);
    width = grid.root.clientWidth;
    grid.show(view);
    select(chosen.row, chosen.column, true);
  }).observe(grid.root);
}

window.addEventListener("beforeprint", () => grid.draw(true, true));
window.addEventListener("afterprint", () => grid.draw(true));
document.addEventListener("keydown", onPageKey);
document.addEventListener("click", onClick);
listenToTools();
listenToGrid();
apply();
const [workload, target] = data.selected;
const [gravestWorkload, gravestTarget] = workload >= 0 ? [workload, target] : gravestPair();
selectPair(gravestWorkload, gravestTarget, true);
