import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { envoyWheel, type GoGroup, postgresPackage, pythonPackages } from "./pins.js";

/** Flags every Go build gets: static, without symbols, the same bytes wherever it is built. */
export const goBuildFlags = ["-mod=mod", "-trimpath"] as const;
export const goBuildEnvironment = { CGO_ENABLED: "0" } as const;

/** What the linker is told for `group`. */
export function linkerFlags(group: GoGroup): string {
  return ["-s", "-w", ...(group.linkerSettings ?? [])].join(" ");
}

/**
 * Names a build by all that decides its outcome: pins, own sources, packages, flags, files taken along.
 * `go.sum` is left out: it follows from `go.mod` and is completed by the first build.
 */
export function goCacheKey(group: GoGroup, folder: string): string {
  const sources = readdirSync(folder)
    .filter((file) => file === "go.mod" || file.endsWith(".go"))
    .sort()
    .map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  return digest([sources, group.programs, goBuildFlags, goBuildEnvironment, linkerFlags(group), group.assets ?? null]);
}

export function envoyCacheKey(): string {
  return digest(envoyWheel);
}

export function postgresCacheKey(): string {
  return digest(postgresPackage);
}

export function pythonCacheKey(): string {
  return digest(pythonPackages);
}

/** 12 hexadecimal digits: enough to tell a handful of builds apart, short enough to read in a path. */
function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}
