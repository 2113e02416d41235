/** The look of every page. Verdicts have a shape each; colour only helps. */
export const style = `
:root{color-scheme:light dark;
--ground:#f7f7f8;--surface:#fff;--raised:#fff;--ink:#1b1d22;--muted:#62666f;--faint:#8d919b;--line:#e3e4e8;--hover:#f0f1f4;--accent:#3457d5;--accent-soft:#e8edfd;
--gateway:#157a4c;--gateway-soft:#e3f4ea;--direct:#a15c07;--direct-soft:#fdf1d8;--blocked:#5d626c;--blocked-soft:#eeeff2;--misrouted:#c62a2f;--misrouted-soft:#fde6e6;--unknown:#6a4fc0;--unknown-soft:#efebfc;--open:#c62a2f;--mark:#fff3c4;
--shadow:0 1px 2px rgb(18 22 33/.06),0 8px 28px rgb(18 22 33/.07);
--sans:"Inter","Inter Variable",ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;--mono:ui-monospace,"SF Mono","JetBrains Mono","Cascadia Code",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{
--ground:#101114;--surface:#17191d;--raised:#1d2025;--ink:#eceef2;--muted:#a0a5b0;--faint:#757b87;--line:#2a2d34;--hover:#22252b;--accent:#8ea6ff;--accent-soft:#222b4a;
--gateway:#4cc38a;--gateway-soft:#14291f;--direct:#f0b44c;--direct-soft:#2f2411;--blocked:#9ba1ad;--blocked-soft:#24272d;--misrouted:#ff8a8d;--misrouted-soft:#391a1c;--unknown:#b7a3ff;--unknown-soft:#27213f;--open:#ff8a8d;--mark:#4a3d10;
--shadow:0 1px 2px rgb(0 0 0/.4),0 10px 34px rgb(0 0 0/.35)}}
*{box-sizing:border-box}
html,body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 var(--sans);font-feature-settings:"cv05","ss03";-webkit-font-smoothing:antialiased}
button,input,select{font:inherit;color:inherit}
code,pre,kbd{font-family:var(--mono);font-size:.9em}
h1,h2,h3,p,ol,ul{margin:0;padding:0}
:focus{outline:none}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.muted{color:var(--muted)}
.shape{width:16px;height:16px;flex:none;vertical-align:-3px}
.v-gateway{--tone:var(--gateway);--soft:var(--gateway-soft)}.v-direct{--tone:var(--direct);--soft:var(--direct-soft)}.v-blocked{--tone:var(--blocked);--soft:var(--blocked-soft)}.v-misrouted{--tone:var(--misrouted);--soft:var(--misrouted-soft)}.v-unknown{--tone:var(--unknown);--soft:var(--unknown-soft)}.v-open{--tone:var(--open);--soft:var(--misrouted-soft)}
.pill{display:inline-flex;align-items:center;gap:6px;padding:2px 10px 2px 7px;border-radius:99px;background:var(--soft);color:var(--tone);font-weight:600;font-size:13px;white-space:nowrap;--surface:var(--soft)}
.banner{display:flex;align-items:center;gap:6px 18px;flex-wrap:wrap;padding:20px 28px 12px}
.brand{display:flex;align-items:center;gap:12px}
.mark{width:26px;height:26px;border-radius:8px;background:linear-gradient(135deg,var(--accent),var(--gateway));position:relative;align-self:center}
.mark::after{content:"";position:absolute;inset:7px;border:2px solid #fff;border-radius:50%;border-right-color:transparent;transform:rotate(-35deg)}
h1{font-size:19px;font-weight:650;letter-spacing:-.015em}
.subject{color:var(--muted);overflow-wrap:anywhere;min-width:0}
.facts{margin-left:auto;font-variant-numeric:tabular-nums}
.tools{display:flex;flex-wrap:wrap;gap:10px 12px;align-items:center;padding:6px 28px 14px}
.search{position:relative;flex:1 1 200px;max-width:320px}
.search input,.field select{width:100%;height:36px;border:1px solid var(--line);border-radius:9px;background:var(--surface);padding:0 12px}
.search input{padding-right:34px}
.search input::placeholder{color:var(--faint)}
.search kbd{position:absolute;right:9px;top:8px;border:1px solid var(--line);border-radius:5px;padding:0 6px;color:var(--faint);font-size:12px;line-height:19px;pointer-events:none}
.chips{display:flex;flex-wrap:wrap;gap:6px}
.chip{display:inline-flex;align-items:center;gap:6px;height:36px;padding:0 12px 0 10px;border:1px solid var(--line);border-radius:9px;background:var(--surface);cursor:pointer;color:var(--muted);font-variant-numeric:tabular-nums}
.chip b{color:var(--ink);font-weight:600}
.chip .shape{color:var(--tone)}
.chip:hover:not(:disabled){background:var(--hover)}
.chip:disabled{opacity:.45;cursor:default}
.chip[aria-pressed=true]{background:var(--soft);border-color:var(--tone);color:var(--tone)}
.chip[aria-pressed=true] b{color:inherit}
.switch{display:inline-flex;align-items:center;gap:8px;cursor:pointer;color:var(--muted);height:36px}
.switch input{width:16px;height:16px;accent-color:var(--accent)}
.findings{margin:0 28px 14px;border:1px solid var(--line);border-left:3px solid var(--direct);border-radius:10px;background:var(--surface);padding:10px 14px}
.findings summary{cursor:pointer;font-weight:600}
.findings ul{list-style:none;margin-top:6px;display:grid;gap:2px}
.findings button{border:0;background:none;text-align:left;padding:4px 6px;border-radius:6px;cursor:pointer;color:var(--ink);width:100%}
.findings button:hover{background:var(--hover)}
.workspace{display:grid;grid-template-columns:minmax(0,var(--matrix,58%)) minmax(380px,1fr);gap:20px;padding:0 28px 28px;align-items:start}
.matrix-pane{min-width:0;position:sticky;top:16px}
.matrix{position:relative;overflow:auto;max-height:calc(100vh - 64px);border:1px solid var(--line);border-radius:12px;background:var(--surface);box-shadow:var(--shadow);overscroll-behavior:contain}
.matrix:focus-visible{outline-offset:1px}
.canvas{position:relative}
.r{position:absolute;left:0;width:100%;display:block;border-top:1px solid var(--line)}
.r.ns-first{border-top-color:var(--faint)}
.r.head{position:sticky;top:0;z-index:3;background:var(--surface);border-top:0;border-bottom:1px solid var(--line)}
.rh,.corner{position:sticky;left:0;z-index:2;background:var(--surface);border-right:1px solid var(--line);height:100%}
.rh{display:flex;align-items:center;gap:6px;padding:0 12px;white-space:nowrap;overflow:hidden}
.rh .who{display:flex;align-items:baseline;min-width:0;gap:1px}
.rh .who.two{flex-direction:column;align-items:stretch;gap:0;line-height:1.28}
.rh .ns,.rh .wl{overflow:hidden;text-overflow:ellipsis;flex:0 1 auto}
.rh .ns{color:var(--faint);font-size:12px}
.rh .wl{font-weight:550}
.rh .none{margin-left:auto;color:var(--direct)}
.corner{display:flex;align-items:flex-end;padding:0 12px 8px;color:var(--faint);font-size:12px}
.ch{position:absolute;top:0;height:100%;display:flex;flex-direction:column;justify-content:flex-end;padding:10px 10px 9px;overflow:hidden;border-right:1px solid var(--line)}
.ch b{font-weight:600;overflow-wrap:anywhere;line-height:1.25}.ch.tall b{white-space:nowrap}
.ch span{color:var(--faint);font-size:12px;overflow-wrap:anywhere}
.ch.tall{writing-mode:vertical-rl;transform:rotate(180deg);padding:8px 0;justify-content:flex-start;align-items:stretch;border-right:0;border-left:1px solid var(--line)}
.ch.tall b{font-size:12px;line-height:var(--cw);max-height:100%;text-overflow:clip}
.c{position:absolute;top:0;height:100%;display:flex;align-items:center;gap:7px;padding:0 10px;cursor:pointer;color:var(--tone);border-right:1px solid var(--line);user-select:none}
.c .word{font-weight:600;font-size:13px}
.c .hint{color:var(--muted);font-size:12px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
.c .round{margin-left:auto;color:var(--open);display:inline-flex}
.c.small{padding:0;justify-content:center;gap:0}
.c.small .round{position:absolute;right:1px;top:1px;margin:0}
.c.small .round .shape{width:11px;height:11px}
.c:hover{background:var(--hover)}
.c.dim{opacity:.22}
.c[aria-selected=true]{background:var(--soft);box-shadow:inset 0 0 0 2px var(--tone);--surface:var(--soft)}
.matrix:focus-visible .c[aria-selected=true]{box-shadow:inset 0 0 0 2px var(--accent)}
.status{color:var(--faint);font-size:12.5px;padding:8px 4px 0;min-height:28px}
.status kbd{border:1px solid var(--line);border-radius:4px;padding:0 4px;background:var(--surface)}
.empty{padding:36px;text-align:center;color:var(--muted)}
.details,.card{border:1px solid var(--line);border-radius:12px;background:var(--surface);box-shadow:var(--shadow);padding:20px 22px}
.details h2,.card h2{font-size:16px;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere;line-height:1.35}
.details h2 .to{color:var(--muted);font-weight:500}
.verdicts{display:flex;flex-wrap:wrap;gap:8px;margin:10px 0 4px}
.sentence{color:var(--muted);margin:8px 0 4px;max-width:62ch}
.diagram{margin:12px -22px 6px;padding:0 22px;overflow-x:auto}
.diagram svg{display:block;width:100%;height:auto;max-width:900px;font-family:var(--sans);--edge:var(--faint)}
.diagram svg.standing{max-width:400px;margin:0 auto}
.details h3{font-size:12px;font-weight:600;text-transform:uppercase;letter-spacing:.06em;color:var(--faint);margin:18px 0 8px;display:flex;align-items:center;gap:8px}
.evidence{list-style:none;counter-reset:step;display:grid;gap:2px}
.evidence li{counter-increment:step;position:relative;padding:6px 8px 8px 34px;border-radius:8px}
.evidence li::before{content:counter(step);position:absolute;left:6px;top:8px;width:19px;height:19px;border-radius:50%;background:var(--hover);color:var(--muted);font-size:11px;font-weight:600;display:grid;place-items:center}
.evidence li:not(:last-child)::after{content:"";position:absolute;left:15px;top:31px;bottom:-6px;width:1px;background:var(--line)}
.evidence p{color:var(--ink);margin-top:1px;overflow-wrap:anywhere}
.evidence code{color:var(--muted);overflow-wrap:anywhere}
.evidence .link{border:0;background:none;padding:0;cursor:pointer;text-align:left;color:var(--accent);font-family:var(--mono);font-size:12.6px;overflow-wrap:anywhere;border-radius:4px}
.evidence .link:hover{text-decoration:underline;text-underline-offset:3px}
.evidence .field{color:var(--muted);font-family:var(--mono);font-size:12.6px;overflow-wrap:anywhere}
.manifest{position:fixed;inset:0 0 0 auto;width:min(620px,94vw);background:var(--raised);border-left:1px solid var(--line);box-shadow:var(--shadow);z-index:20;display:flex;flex-direction:column}
.manifest[hidden]{display:none}
.manifest header{display:flex;gap:12px;align-items:flex-start;padding:18px 20px 14px;border-bottom:1px solid var(--line)}
.manifest h2{font-size:15px;font-weight:650;overflow-wrap:anywhere}
.manifest .place{color:var(--muted);font-size:12.5px;font-family:var(--mono);overflow-wrap:anywhere}
.manifest .close{margin-left:auto;border:1px solid var(--line);background:var(--surface);border-radius:8px;padding:4px 10px;cursor:pointer;flex:none}
.manifest .close:hover{background:var(--hover)}
.manifest .why{padding:12px 20px;border-bottom:1px solid var(--line);color:var(--muted)}
.manifest pre{margin:0;padding:12px 0 24px;overflow:auto;flex:1;line-height:1.6;font-size:12.5px;tab-size:2;counter-reset:line}
.manifest pre span{display:block;padding:0 20px 0 58px;position:relative;white-space:pre;width:max-content;min-width:100%}
.manifest pre span::before{counter-increment:line;content:counter(line);position:absolute;left:0;width:42px;text-align:right;color:var(--faint);font-size:11.5px}
.manifest pre span.hit{background:var(--mark);box-shadow:inset 3px 0 0 var(--direct)}
.manifest pre i{font-style:normal;color:var(--accent)}
.narrow{max-width:980px;margin:0 auto;padding:0 28px 40px;display:grid;gap:14px}
.lead{font-size:15px;color:var(--muted)}
.card .pill{vertical-align:1px}
.change{display:inline-grid;place-items:center;width:22px;height:22px;border-radius:6px;background:var(--direct-soft);color:var(--direct);font-weight:700}
.change-added .change{background:var(--gateway-soft);color:var(--gateway)}.change-removed .change{background:var(--blocked-soft);color:var(--blocked)}
.sides{display:grid;grid-template-columns:minmax(0,1fr) auto minmax(0,1fr);gap:16px;margin-top:12px}
.sides .arrow{align-self:center;color:var(--faint);font-size:20px}
.side{display:grid;gap:6px;align-content:start}
.side h3{font-size:12px;color:var(--faint);text-transform:uppercase;letter-spacing:.06em}
details summary{cursor:pointer}
.card details{margin-top:8px}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:12px;background:var(--surface);box-shadow:var(--shadow)}
.list{border-collapse:collapse;width:100%}
.list th,.list td{text-align:left;padding:10px 14px;border-top:1px solid var(--line);vertical-align:top}
.list thead th{border-top:0;font-size:12px;color:var(--faint);font-weight:600}
.list tbody th{font-weight:550}
@media (max-width:1080px){.workspace{grid-template-columns:minmax(0,1fr)}.matrix-pane{position:static}.matrix{max-height:56vh}.facts{margin-left:0}}
@media (max-width:640px){.banner,.tools{padding-left:16px;padding-right:16px}.workspace,.narrow{padding-left:12px;padding-right:12px}.findings{margin-left:12px;margin-right:12px}.search{flex-basis:100%;max-width:none}.details,.card{padding:16px}.diagram{margin-left:-16px;margin-right:-16px;padding:0 16px}.sides{grid-template-columns:1fr}.sides .arrow{display:none}.chip{height:32px;padding:0 9px 0 8px;font-size:13px}}
@media (prefers-reduced-motion:no-preference){.manifest:not([hidden]){animation:slide .18s ease-out}.flow{animation:flow 1.2s linear infinite}}
@keyframes slide{from{transform:translateX(24px);opacity:0}}
@keyframes flow{to{stroke-dashoffset:-20}}
.more{font-style:normal;font-weight:500;color:var(--accent);font-size:11.5px}
.same{margin-top:8px}.same p{overflow-wrap:anywhere;color:var(--muted)}
.findings li p{color:var(--muted);padding:0 6px 6px;font-size:13px}
.findings b{text-transform:uppercase;font-size:11.5px;letter-spacing:.05em}.severity-high b{color:var(--misrouted)}.severity-medium b{color:var(--direct)}.severity-low b,.severity-info b{color:var(--muted)}
.about{padding:0 28px 28px;color:var(--muted);font-size:12.5px;overflow-wrap:anywhere}.about ul{margin:0 0 6px;padding-left:18px}.narrow .about{padding:0}
@media print{@page{size:landscape;margin:12mm}body{background:#fff}.tools,.manifest,.status,.findings summary{display:none}.workspace{display:block;padding:0}.matrix-pane{position:static}.matrix{max-height:none;overflow:visible;border:0;box-shadow:none;margin-bottom:16px}.r.head,.rh,.corner{position:static}.r.head{position:absolute}.rh,.corner{position:absolute;left:0;top:0}.details,.card{box-shadow:none;break-inside:avoid}.c{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
