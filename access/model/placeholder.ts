/**
 * A value of a manifest that is not known before something is created, or that must not be shown. It is written inside
 * texts, such as `./${host:orders}`, so that manifests stay plain data: the analysis sees what is not known, and whoever
 * registers the manifests puts the values in.
 */
export interface Placeholder {
  /**
   * `host`, `address` and the id of a `cluster` are one value each, `addresses` a list: the array item that holds it stands
   * for one item each.
   */
  kind: "host" | "address" | "addresses" | "cluster" | "secret";
  /** What has the value: a database, a service, a cluster, the name of a secret. */
  of: string;
  /** How the value is written in this place. @default as it is */
  encoding?: "url";
}

// A name begins as names do, for a shell's default value, as in `${host:-localhost}`, is no placeholder.
const form = /\$\{(host|address|addresses|cluster|secret):([A-Za-z0-9*][A-Za-z0-9.*-]*)(?:\|(url))?\}/g;

/** A placeholder as manifests hold it. */
export function written({ kind, of, encoding }: Placeholder): string {
  return `\${${kind}:${of}${encoding ? `|${encoding}` : ""}}`;
}

/** The placeholders in a text, in order. */
export function placeholdersIn(text: string): Placeholder[] {
  // Nearly every text has none, and a regular expression costs more than a look for its first characters.
  return text.includes("${") ? [...text.matchAll(form)].map(placeholderOf) : [];
}

/** Whether some of a text is not known. */
export function isIncomplete(text: string): boolean {
  return placeholdersIn(text).length > 0;
}

/** The text with each placeholder replaced by its value. */
export function filled(text: string, valueOf: (placeholder: Placeholder) => string): string {
  return text.replace(form, (...match) => {
    const { encoding, ...rest } = placeholderOf(match);
    const value = valueOf({ ...rest, ...(encoding ? { encoding } : {}) });
    return encoding === "url" ? encodeURIComponent(value) : value;
  });
}

function placeholderOf([, kind, of, encoding]: readonly unknown[]): Placeholder {
  return { kind: kind as Placeholder["kind"], of: String(of), ...(encoding === "url" ? { encoding } : {}) };
}
