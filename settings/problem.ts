/** One thing wrong with the settings, and what to write instead. */
export interface Problem {
  /** Key path as written in the stack file, such as `databases[1].trafficMode`. */
  path: string;
  /** The value found there; undefined when the key is missing or the value must not be shown. */
  value?: unknown;
  /** Why it is wrong, continuing the sentence that starts with the value. */
  reason: string;
  /** What to write instead. */
  instead: string;
  /** Stack file and line, where they are known. */
  source?: { file: string; line?: number };
}

const longestShown = 60;

/** A key whose value is a secret; of one that ends in `Secret` or `File` the value is a name. */
const secretKey = /(password|passwd|pwd|token|api_?key|access_?key|private_?key|(^|_)pass|(^|_)secret)$/i;

/** What a message may show of a text: passwords in URLs and connection strings, and keys, are left out. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/-----BEGIN [\s\S]*/, "-----BEGIN …")
    .replace(/((?:\/\/|^|["'\s])[^\s:/@"']*):[^\s"']*@/g, "$1:…@")
    .replace(/\b(\w*(?:password|passwd|pwd|token|secret|api_?key))(\s*[=:]\s*)[^\s;&"',}]+/gi, "$1$2…");
}

/** A value as JSON, with secrets left out. */
function json(value: unknown): string | undefined {
  const hidden = (key: string, item: unknown) =>
    secretKey.test(key) && typeof item !== "object" ? "…" : typeof item === "string" ? withoutSecrets(item) : item;
  return JSON.stringify(value, hidden);
}

function shown(value: unknown): string {
  const text = json(value) ?? String(value);
  return text.length > longestShown ? `${text.slice(0, longestShown - 1)}…` : text;
}

/** `databases[1].trafficMode: "tls-gateway" cannot carry mysql: … Use tcp-gateway-mtls.` */
export function describeProblem({ path, value, reason, instead, source }: Problem): string {
  const line = source?.line === undefined ? "" : `:${source.line}`;
  const place = source ? `${source.file}${line}: ` : "";
  const what = value === undefined ? "" : `${shown(value)} `;
  return `${place}${withoutSecrets(path)}: ${what}${reason}. ${instead}${/[?.]$/.test(instead) ? "" : "."}`;
}

/** A problem for machines: its fields, with secrets left out. */
export function problemData({ path, value, ...rest }: Problem): Problem {
  const text = json(value);
  return { path: withoutSecrets(path), ...(text === undefined ? {} : { value: JSON.parse(text) as unknown }), ...rest };
}

/** Problems that one reader can take in; of more, the count is enough. */
const mostDescribed = 100;

/** Every problem of one set of settings at once; thrown before anything is registered. */
export class SettingsError extends Error {
  constructor(readonly problems: Problem[]) {
    const more = problems.length - mostDescribed;
    const lines = problems.slice(0, mostDescribed).map(describeProblem);
    super([...lines, ...(more > 0 ? [`... and ${more} more.`] : [])].join("\n"));
    this.name = "SettingsError";
  }
}

/** Writes a key path as a reader would: `databases[1].clients[0].namespace`. */
export function keyPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    "",
  );
}

/** The keys of a path as it is written. */
export function keysOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([text, index]) => (index === undefined ? text : Number(index)));
}
