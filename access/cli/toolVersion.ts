import type { Command } from "commander";

/** The program that a command belongs to, with its version. */
export function toolOf(command: Command): { name: string; version: string } {
  let top = command;
  while (top.parent) top = top.parent;
  return { name: top.name(), version: top.version() ?? "0.0.0" };
}
