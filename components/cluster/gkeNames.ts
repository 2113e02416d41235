import { createHash } from "node:crypto";

/** Google's limits, in characters: on the name of a cluster, and on the id of a service account. */
const longest = { cluster: 40, account: 30 };

/** Enough of a digest to keep names of one project apart. */
const digestLength = 6;

/** Text within a limit. What is cut off is replaced by a digest of the whole, so that equal texts stay equal and others differ. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : withDigest(text, text, most);
}

function withDigest(start: string, of: string, most: number): string {
  const digest = createHash("sha256").update(of).digest("hex").slice(0, digestLength);
  return `${start.slice(0, most - digestLength - 1).replace(/-+$/, "")}-${digest}`;
}

/** The name of a GKE cluster made of any text, such as the name of a stack: lower-case letters, digits and hyphens, a letter first. */
export function gkeClusterName(text: string): string {
  const valid = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^(?=[^a-z])/, "c")
    .replace(/-+$/, "");
  return valid === text ? shortened(text, longest.cluster) : withDigest(valid, text, longest.cluster);
}

/** The id of the service account of one pool's nodes. */
export function nodeAccountId(clusterName: string, purpose: string): string {
  return `${shortened(clusterName, longest.account - purpose.length - 1)}-${purpose}`;
}
