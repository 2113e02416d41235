import { serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/** Any host of a wildcard, straight from the sidecar to the address the application looked up. */
export const tlsWildcardDirect: Mode = (path) => [serviceEntry(path, "TLS")];
