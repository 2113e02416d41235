import { fileURLToPath } from "node:url";
import { machineAddresses } from "../outside/index.js";
import type { Stage, Who } from "../scenarios/stage.js";
import { greetingCommand, type Target } from "./clients.js";
import type { Probe } from "./probe.js";
import { applicationUser, proxyUser } from "./users.js";

const haltedHandshake = fileURLToPath(new URL("haltedHandshake.js", import.meta.url));
const attempts = 5;

interface Counted {
  observation: string;
  title: string;
  /** Of how many attempts the database hears. */
  expect: "of none" | "of each";
}

const heldMs = 2_000;
const startUpMs = 5_000;

/** A client that is refused in the handshake, several times; and how often the database hears of it. */
export function heardOfRefused(probe: Counted & { from: Who; to: Target }): Probe {
  const { from, to, ...rest } = probe;
  return counted(rest, async (stage) => {
    for (let i = 0; i < attempts; i += 1) {
      await stage.exec(from, greetingCommand(to, 500), { user: applicationUser, timeoutMs: startUpMs });
    }
  });
}

/** A process that begins handshakes past its sidecar, without a certificate, and never ends them. */
export function heardOfHalted(probe: Counted & { from: Who; sni: string; gateway: string; port: number }): Probe {
  const { from, sni, gateway, port, ...rest } = probe;
  return counted(rest, async (stage) => {
    const command = [process.execPath, haltedHandshake, gateway, String(port), sni, String(attempts), String(heldMs)];
    const { stdout } = await stage.exec(from, command, { user: proxyUser, timeoutMs: heldMs + startUpMs });
    if (!stdout.includes(`${attempts} begun`)) throw new Error(`The handshakes were not begun: ${stdout}`);
  });
}

/** Counts the connections MariaDB was asked for meanwhile; nobody else may connect to it. */
function counted({ expect, ...probe }: Counted, act: (stage: Stage) => Promise<void>): Probe {
  const expected = expect === "of none" ? 0 : attempts;
  return {
    ...probe,
    expected: `${expected} connections at the database for ${attempts} attempts`,
    run: async (stage) => {
      const before = await connectionsSoFar(stage);
      await act(stage);
      // The count itself connects.
      const connections = (await connectionsSoFar(stage)) - before - 1;
      return {
        passed: connections === expected,
        seen: `${connections} connections at the database for ${attempts} attempts`,
      };
    },
  };
}

async function connectionsSoFar({ outside }: Stage): Promise<number> {
  const user = ["-h", machineAddresses.rds, "-u", "root", `-p${outside.password}`, "--skip-ssl"];
  const statement = "SHOW GLOBAL STATUS LIKE 'Connections'";
  const { stdout, stderr } = await outside.exec("rds", ["mariadb", "--no-defaults", ...user, "-NBe", statement]);
  const count = Number(stdout.trim().split("\t")[1]);
  if (!Number.isInteger(count)) throw new Error(`MariaDB does not say how many connections it had: ${stderr}`);
  return count;
}
