import { existsSync, readFileSync } from "node:fs";

/** A file of this package, which is above the sources or above what they are compiled to. Undefined where there is none. */
function packageFile(path: string): URL | undefined {
  return ["../", "../../"].map((above) => new URL(`${above}${path}`, import.meta.url)).find((url) => existsSync(url));
}

/** Version of this package. */
export function packageVersion(): string {
  const file = packageFile("package.json");
  return file ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : "0.0.0";
}
