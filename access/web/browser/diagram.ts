import { hopWords } from "../../output/words.js";
import type { HopEncryption } from "../../model/model.js";
import { type Answer, data, escaped, targetAt, workloadAt } from "./pageAnswers.js";

type Point = readonly [x: number, y: number];
type Box = readonly [x: number, y: number, width: number, height: number];
type Anchor = "start" | "middle" | "end";
/** A path with the place of its label. */
type Arrow = readonly [path: string, x: number, y: number, anchor: Anchor];

/** Where things are: beside each other where there is room, above each other on a phone. */
interface Form {
  isUpright: boolean;
  width: number;
  height: number;
  /** Height with a path that passes the gateway by. */
  tallHeight: number;
  pod: Box;
  podLabel: Point;
  process: Box;
  sidecar: Box;
  inner: string;
  gateway: Box;
  database: Box;
  first: Arrow;
  second: Arrow;
  past: Arrow;
  straight: Arrow;
  /** Where a blocked path ends: before the gateway, or at it. */
  cutEarly: readonly [path: string, x: number, y: number];
  cutLate: readonly [path: string, x: number, y: number];
  doubt: readonly [path: string, x: number, y: number];
  handshake: readonly [out: string, home: string, x: number, y: number, anchor: Anchor];
  bypass: readonly [path: string, x: number, y: number];
  bypassLabel: Record<"open" | "blocked" | "unknown", Point>;
}

const lying: Form = {
  isUpright: false,
  width: 760,
  height: 238,
  tallHeight: 276,
  pod: [6, 118, 256, 104],
  podLabel: [20, 212],
  process: [18, 132, 114, 56],
  sidecar: [150, 132, 100, 56],
  inner: "M132 160h15",
  gateway: [382, 132, 122, 56],
  database: [622, 128, 132, 64],
  first: ["M250 160H378", 320, 148, "middle"],
  second: ["M504 160H618", 562, 148, "middle"],
  past: ["M250 164C330 246 545 246 619 174", 436, 214, "middle"],
  straight: ["M250 160H618", 436, 148, "middle"],
  cutEarly: ["M250 160H288", 302, 160],
  cutLate: ["M250 160H338", 352, 160],
  doubt: ["M250 160H378M508 160H618", 316, 160],
  handshake: ["M618 178H508", "M378 178H256", 443, 208, "middle"],
  bypass: ["M75 130C110 12 640 12 688 124", 382, 42],
  bypassLabel: { open: [382, 32], blocked: [382, 22], unknown: [382, 20] },
};

const upright: Form = {
  isUpright: true,
  width: 360,
  height: 440,
  tallHeight: 440,
  pod: [36, 6, 304, 104],
  podLabel: [80, 98],
  process: [50, 18, 124, 56],
  sidecar: [212, 18, 116, 56],
  inner: "M174 46h35",
  gateway: [204, 190, 132, 56],
  database: [204, 338, 132, 64],
  first: ["M270 74V186", 282, 134, "start"],
  second: ["M270 246V333", 282, 296, "start"],
  past: ["M238 74C176 160 176 270 232 341", 152, 222, "middle"],
  straight: ["M270 74V333", 282, 212, "start"],
  cutEarly: ["M270 74V110", 270, 124],
  cutLate: ["M270 74V160", 270, 174],
  doubt: ["M270 74V186M270 246V333", 270, 130],
  handshake: ["M290 336V250", "M290 186V80", 262, 296, "end"],
  bypass: ["M70 78C-6 170 0 350 200 378", 29, 240],
  bypassLabel: { open: [20, 424], blocked: [20, 424], unknown: [20, 424] },
};

/** What a path passes, and in which colour it is drawn. */
interface Path {
  answer: Answer;
  tone: string;
  form: Form;
  /** The input has a gateway, or this path does. */
  hasGateway: boolean;
  endsAtGateway: boolean;
  viaGateway: boolean;
}

const inputHasGateway = data.mesh.some(({ verdict }) => verdict === "gateway");

/** The path of one pair as SVG text. */
export function diagram(
  workload: number,
  target: number,
  answer: Answer,
  isNarrow: boolean,
  description: string,
): string {
  const form = isNarrow ? upright : lying;
  const { mesh } = answer;
  const isLost = mesh.verdict === "misrouted";
  const isRefusal = mesh.because.some((place) =>
    /^(AuthorizationPolicy|Gateway)$/.test(data.evidence[place]?.kind ?? ""),
  );
  const endsAtGateway = mesh.verdict === "blocked" && isRefusal;
  const viaGateway = mesh.verdict === "gateway" || endsAtGateway || (isLost && mesh.encryption.length > 1);
  const hasGateway = inputHasGateway || viaGateway;
  const path: Path = { answer, tone: `var(--${mesh.verdict})`, form, hasGateway, endsAtGateway, viaGateway };
  const height = (mesh.verdict === "direct" && inputHasGateway) || isLost ? form.tallHeight : form.height;
  const marker =
    '<defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="9" markerHeight="9" orient="auto" markerUnits="userSpaceOnUse"><path d="M1 1.2L8.6 5 1 8.8" fill="none" stroke="context-stroke" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/></marker></defs>';
  const parts = [
    marker,
    podSvg(workload, form),
    bypassSvg(form, answer),
    clientSvg(workload, form),
    gatewaySvg(path),
    databaseSvg(target, path, isLost),
    meshPathSvg(path),
  ];
  return `<svg class="${isNarrow ? "standing" : "lying"}" viewBox="0 0 ${form.width} ${height}" role="img" aria-label="${escaped(description)}">${parts.join("")}</svg>`;
}

function podSvg(workload: number, { pod, podLabel, inner, isUpright }: Form): string {
  const [namespace, name] = workloadAt(workload);
  const [x, y, width, height] = pod;
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="14" fill="var(--ground)" stroke="var(--line)"/><text x="${podLabel[0]}" y="${podLabel[1]}" font-size="11" fill="var(--muted)">pod of ${escaped(cut(`${namespace}/${name}`, isUpright ? 24 : 36))}</text><path d="${inner}" stroke="var(--faint)" stroke-width="2" marker-end="url(#head)" style="color:var(--faint)"/>`;
}

function clientSvg(workload: number, form: Form): string {
  const [, , account, sidecar] = workloadAt(workload);
  const process = node(form.process, "process", cut(`as ${account}`, 20));
  if (sidecar === "true") return process + node(form.sidecar, "sidecar", "proxy");
  return (
    process + node(form.sidecar, sidecar === "false" ? "no sidecar" : "sidecar?", "", { isDashed: true, isGhost: true })
  );
}

function gatewaySvg({ answer: { mesh }, form, hasGateway, viaGateway }: Path): string {
  if (!hasGateway) return "";
  const knows = mesh.identity ? "authenticates" : mesh.verdict === "blocked" ? "refuses" : "no authentication";
  const line = viaGateway && mesh.identity ? "var(--gateway)" : undefined;
  const box = node(form.gateway, "gateway", viaGateway ? knows : "", {
    isDashed: !viaGateway,
    isGhost: !viaGateway,
    line,
  });
  if (!viaGateway || !mesh.identity) return box;
  const [x, y, width] = form.gateway;
  return `${box}<g transform="translate(${x + width - 8} ${y - 1})"><circle r="10" fill="var(--gateway)"/><path d="M-4 .5l2.8 2.8L4.2 -2.8" fill="none" stroke="var(--raised)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></g>`;
}

function databaseSvg(target: number, { form, tone }: Path, isLost: boolean): string {
  const [host, port, database] = targetAt(target);
  const name = database || host;
  if (!isLost) return node(form.database, name, `:${port}`, { isCylinder: true });
  return node(form.database, "another database", `not ${name}`, { isCylinder: true, line: tone, tone, isDashed: true });
}

function meshPathSvg({ answer: { mesh }, tone, form, hasGateway, endsAtGateway, viaGateway }: Path): string {
  if (mesh.verdict === "unknown")
    return `<path d="${hasGateway ? form.doubt[0] : form.straight[0]}" fill="none" stroke="${tone}" stroke-width="2" stroke-dasharray="2 7" stroke-linecap="round"/>${doubt(form.doubt[1], form.doubt[2])}`;
  if (mesh.verdict === "blocked") {
    const [path, x, y] = endsAtGateway ? form.cutLate : form.cutEarly;
    return `<path d="${path}" fill="none" stroke="${tone}" stroke-width="2.2"/>${bar(x, y, tone)}${mesh.exposes ? handshakeSvg(form) : ""}`;
  }
  const [first = "plaintext", second = first] = mesh.encryption;
  if (viaGateway) return hop(form.first, first, tone) + hop(form.second, second, tone);
  return hop(hasGateway ? form.past : form.straight, first, tone);
}

function handshakeSvg({ handshake: [out, home, x, y, anchor] }: Form): string {
  const thin =
    '" fill="none" stroke="var(--misrouted)" stroke-width="1.8" stroke-dasharray="3 5" stroke-linecap="round" marker-end="url(#head)"/>';
  return `<path d="${out}${thin}<path d="${home}${thin}${label("handshake packet", x, y, "var(--misrouted)", anchor)}`;
}

function bypassSvg({ bypass: [path, x, y], bypassLabel, isUpright }: Form, { bypass: { verdict } }: Answer): string {
  const color = `var(--${verdict})`;
  const [labelX, labelY] = bypassLabel[verdict];
  const mark = verdict === "blocked" ? bar(x, y, color) : verdict === "unknown" ? doubt(x, y) : "";
  const line =
    verdict === "open" ? 'stroke-width="2.4" marker-end="url(#head)"' : 'stroke-width="1.6" stroke-dasharray="2 6"';
  const text = `sidecar bypass: ${verdict === "unknown" ? "not known" : verdict}`;
  return `<path d="${path}" fill="none" stroke="${color}" stroke-linecap="round" style="color:${color}" ${line}/>${mark}${label(text, labelX, labelY, color, isUpright ? "start" : "middle", 12)}`;
}

interface NodeLook {
  isCylinder?: boolean;
  isDashed?: boolean;
  isGhost?: boolean;
  line?: string;
  tone?: string;
}

function node([x, y, width, height]: Box, title: string, sub: string, look: NodeLook = {}): string {
  const style = `fill="var(--raised)" stroke="${look.line ?? "var(--edge)"}" stroke-width="1.4"${look.isDashed ? ' stroke-dasharray="4 4"' : ""}`;
  const rim = `<ellipse cx="${x + width / 2}" cy="${y + 8}" rx="${width / 2}" ry="8" ${style}/>`;
  const body = `<path d="M${x} ${y + 8}v${height - 16}a${width / 2} 8 0 0 0 ${width} 0v-${height - 16}" ${style}/>`;
  const shape = look.isCylinder
    ? body + rim
    : `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" ${style}/>`;
  const middle = x + width / 2;
  const line = look.isCylinder ? y + height / 2 + 9 : y + height / 2 - (sub ? 2 : -5);
  const name = label(cut(title, Math.floor(width / 7.4)), middle, line, look.tone ?? "var(--ink)", "middle", 13);
  const below = sub
    ? `<text x="${middle}" y="${line + 15}" text-anchor="middle" font-size="11" fill="var(--muted)">${escaped(cut(sub, Math.floor(width / 5.9)))}</text>`
    : "";
  return `<g${look.isGhost ? ' opacity=".5"' : ""}>${shape}${name}${below}</g>`;
}

function hop([path, x, y, anchor]: Arrow, kind: HopEncryption, tone: string): string {
  const isOpen = kind === "plaintext" || kind === "own-tls-unknown";
  const color = kind === "plaintext" && tone !== "var(--misrouted)" ? "var(--direct)" : tone;
  const [own = "", inside] = hopWords[kind].split(" in ");
  const lines = inside === undefined ? [own] : [own, `in ${inside}`];
  const top = y - (lines.length - 1) * 14;
  const words = lines.map((line, index) => label(line, x, top + index * 14, "currentColor", anchor)).join("");
  const mark = lock(anchor === "start" ? x + 5 : x, top - 17, !isOpen);
  const dashes = isOpen ? ' stroke-dasharray="6 4" class="flow"' : "";
  return `<g style="color:${color}"><path d="${path}" fill="none" stroke="${color}" stroke-width="2.2" stroke-linecap="round" marker-end="url(#head)"${dashes}/>${mark}${words}</g>`;
}

function lock(x: number, y: number, isShut: boolean): string {
  const shackle = isShut ? "M-2.8 -1v-1.8a2.8 2.8 0 0 1 5.6 0V-1" : "M-2.8 -1v-2.4a2.8 2.8 0 0 1 5.4 -.9";
  return `<g transform="translate(${x} ${y})" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"><rect x="-4.5" y="-1" width="9" height="7.4" rx="1.8" fill="currentColor" stroke="none"/><path d="${shackle}"/></g>`;
}

function bar(x: number, y: number, tone: string): string {
  return `<g stroke="${tone}" stroke-width="2.2" stroke-linecap="round"><circle cx="${x}" cy="${y}" r="10" fill="var(--surface)"/><path d="M${x - 4} ${y - 4}l8 8m0-8l-8 8"/></g>`;
}

function doubt(x: number, y: number): string {
  return `<circle cx="${x}" cy="${y}" r="11" fill="var(--unknown-soft)" stroke="var(--unknown)" stroke-width="1.5"/>${label("?", x, y + 4.5, "var(--unknown)", "middle", 13)}`;
}

function label(text: string, x: number, y: number, color: string, anchor: Anchor = "middle", size = 11.5): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" font-weight="600" fill="${color}">${escaped(text)}</text>`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
