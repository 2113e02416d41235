import { delimiter, dirname } from "node:path";
import { execa } from "execa";
import type { LabHost } from "../host/labHost.js";

/** What the command printed, and how it ended. */
export interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `mesh-egress` as a user does, with the lab's kubectl on the PATH. */
export type MeshEgress = (args: readonly string[], input?: string) => Promise<Printed>;

export function meshEgressFor({ servers }: LabHost): MeshEgress {
  const path = [dirname(servers.programs.kubectl), process.env["PATH"]].join(delimiter);
  return async (args, input = "") => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, ["bin/mesh-egress.js", ...args], {
      env: { PATH: path, NO_COLOR: "1" },
      input,
      reject: false,
    });
    return { exitCode: exitCode ?? 1, stdout, stderr };
  };
}

/** What it printed; an error where it failed. */
export async function printedBy(command: Promise<Printed>): Promise<Printed> {
  const printed = await command;
  if (printed.exitCode !== 0) throw new Error(`mesh-egress exits with ${printed.exitCode}: ${printed.stderr}`);
  return printed;
}
