/** Colours by the reader's own preference; no script, no font, no picture from elsewhere. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fbfaf8, #16181c);
  --raised: light-dark(#ffffff, #1e2127);
  --line: light-dark(#e3e0da, #31353d);
  --text: light-dark(#23262b, #e4e6ea);
  --quiet: light-dark(#6a6f78, #979da8);
  --good: light-dark(#1c7a45, #5fd394);
  --bad: light-dark(#b3261e, #ff8a80);
  --bad-ground: light-dark(#fdeceb, #3a2020);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 2rem 1.25rem 4rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { margin: 0; font-size: 1.35rem; letter-spacing: -.01em; }
h2 { margin: 0 0 .25rem; font-size: 1.2rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .4rem 1.25rem; margin-bottom: 1.25rem; }
header p { margin: 0; }
.verdict { font-weight: 650; font-size: 1.1rem; }
.verdict.passed, i.passed { color: var(--good); }
.verdict.failed, i.failed { color: var(--bad); }
.quiet { color: var(--quiet); }
nav { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem; margin-bottom: 2.5rem; }
nav a { display: grid; gap: .1rem; padding: .7rem .9rem; border: 1px solid var(--line); border-left: 4px solid var(--good);
  border-radius: 8px; background: var(--raised); color: inherit; text-decoration: none; }
nav a.failed { border-left-color: var(--bad); }
nav a:hover { border-color: var(--quiet); }
nav span { font-size: .9rem; }
nav i { color: var(--quiet); font-style: normal; font-size: .8rem; }
section { margin-bottom: 2.75rem; }
section > p { margin: .1rem 0 .6rem; }
details { margin: .6rem 0; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); overflow: hidden; }
summary { padding: .55rem .9rem; cursor: pointer; font-weight: 600; }
summary i { float: right; font-style: normal; font-weight: 500; font-size: .85rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th { text-align: left; font-weight: 500; color: var(--quiet); font-size: .8rem; }
th, td { padding: .4rem .9rem; border-top: 1px solid var(--line); vertical-align: top; }
td:first-child { width: 1%; white-space: nowrap; color: var(--good); }
td:nth-child(2) { min-width: 20rem; }
td:nth-child(3), td:nth-child(4) { width: 20%; min-width: 7rem; overflow-wrap: anywhere; }
tr.failed td { background: var(--bad-ground); }
tr.failed td:first-child { color: var(--bad); }
.time { width: 1%; white-space: nowrap; text-align: right; color: var(--quiet); font-variant-numeric: tabular-nums; }
code { display: block; margin-top: .15rem; color: var(--quiet); font: 12px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 40rem) { body { padding: 1rem .75rem 3rem; } th, td { padding: .4rem .6rem; } }
@media print { details { break-inside: avoid; } }
`;
