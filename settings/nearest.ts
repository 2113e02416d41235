import { closest, distance } from "fastest-levenshtein";

/** What people call things elsewhere, and what they are called here. */
const synonyms: Record<string, string> = {
  mongodb: "mongo",
  postgresql: "postgres",
  pg: "postgres",
  mariadb: "mysql",
  gcp: "gke",
  google: "gke",
  alibaba: "ack",
  alicloud: "ack",
  aliyun: "ack",
  kubernetes: "existing",
  csm: "cloud-service-mesh",
  anthos: "cloud-service-mesh",
};

/** Fewer letters could begin anything. */
const fewestLetters = 3;

/** The word that was meant. None where more than a third of it would have to change. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const same = known.find((each) => each.toLowerCase() === lower);
  const synonym = synonyms[lower];
  if (same !== undefined) return same;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  if (known.length === 0) return undefined;
  // Somebody wrote less than the whole word: `prot` for protocol, `password` for passwordSecret.
  const begun = known.filter((each) => each.toLowerCase().startsWith(lower));
  if (lower.length >= fewestLetters && begun.length === 1) return begun[0];
  const near = closest(word, [...known]);
  return distance(word, near) <= Math.max(1, Math.floor(Math.max(word.length, near.length) / 3)) ? near : undefined;
}
