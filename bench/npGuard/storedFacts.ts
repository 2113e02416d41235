import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What one of np-guard's test folders is stored to allow: pairs of workloads with the ports between them. */
export interface StoredFacts {
  /** Name of the folder. */
  name: string;
  manifests: string;
  /** By `from to`, ports as `TCP 80, UDP`; pairs that are not listed are blocked. */
  allowed: ReadonlyMap<string, string>;
}

/** The test folders whose connections are stored as text or as a table. */
export function storedFacts(module: string): StoredFacts[] {
  const [tests, outputs] = [join(module, "tests"), join(module, "test_outputs", "connlist")];
  return readdirSync(tests).flatMap((name) => {
    const file = ["connlist_output.txt", "connlist_output.csv", "exposure_output.txt"]
      .map((ending) => join(outputs, `${name}_${ending}`))
      .find(existsSync);
    if (!file) return [];
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim());
    return { name, manifests: join(tests, name), allowed: new Map(lines.flatMap(factOf)) };
  });
}

/** One line, `a => b : ports` or `a,b,ports`; none for ends outside the cluster, which carry no namespace. */
function factOf(line: string): [string, string][] {
  const found =
    /^(?<from>\S+) => (?<to>\S+) : (?<ports>.*)$/.exec(line) ??
    /^(?<from>[^,]+),(?<to>[^,]+),"?(?<ports>[^"]+)"?$/.exec(line);
  const { from = "", to = "", ports = "" } = found?.groups ?? {};
  const isWorkload = (end: string) => /^[^/]+\/[^/]+\[\w+\]$/.test(end) && !/^\d+\.\d+\.\d+\.\d+/.test(end);
  return isWorkload(from) && isWorkload(to) ? [[`${bare(from)} ${bare(to)}`, canonical(ports)]] : [];
}

function bare(end: string): string {
  return end.replace(/\[\w+\]$/, "");
}

/** Ports with one spelling, whoever lists them. */
export function canonical(ports: string): string {
  if (/^(all|All Connections)$/.test(ports)) return "all";
  const parts = ports.split(/,\s*(?=TCP|UDP|SCTP)/).filter((part) => part !== "" && part !== "No Connections");
  return parts
    .map((part) => part.replace(/,\s+/g, ",").replace(/ 1-65535$/, ""))
    .sort()
    .join("; ");
}
