import { existsSync } from "node:fs";

/** A file of this package, which is above the sources or above what they are compiled to. Undefined where there is none. */
export function packageFile(path: string): URL | undefined {
  return ["../", "../../"].map((above) => new URL(`${above}${path}`, import.meta.url)).find((url) => existsSync(url));
}
