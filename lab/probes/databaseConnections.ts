import { fileURLToPath } from "node:url";
import type { MachineName } from "../outside/outside.js";
import type { Stage, Who } from "../scenarios/stage.js";
import { handshakeCommand, type Target } from "./clients.js";
import type { Probe } from "./probe.js";
import { applicationUser, proxyUser } from "./users.js";

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
export const haltedHandshake = program("haltedHandshake.js");
const refusedHandshake = program("refusedHandshake.js");

/** How often a handshake is begun. */
export const attempts = 5;

/** A gateway's port, and the name by which it knows the database. */
export interface GatewayPort {
  readonly gateway: string;
  readonly port: number;
  readonly sni: string;
}

interface Counted {
  observation: string;
  title: string;
  /** Of how many attempts the database hears. */
  expect: "of none" | "of each";
}

const heldMs = 1_000;
const startUpMs = 5_000;

/** A client that is refused in the handshake, several times; and how often the database hears of it. */
export function heardOfRefused(probe: Counted & { from: Who; to: Target }): Probe {
  const { from, to, ...rest } = probe;
  return counted(rest, async (stage) => {
    for (let i = 0; i < attempts; i += 1) {
      await stage.exec(from, handshakeCommand(to, 500), { user: applicationUser, timeoutMs: startUpMs });
    }
  });
}

/** A process that begins handshakes past its sidecar, without a certificate, and never ends them. */
export function heardOfHalted(probe: Counted & { from: Who } & GatewayPort): Probe {
  const { from, sni, gateway, port, ...rest } = probe;
  return counted(rest, (stage) => haltHandshakes(stage, from, { sni, gateway, port }));
}

/** Begins handshakes past the sidecar, if there is one, and never ends them. */
export async function haltHandshakes(stage: Stage, from: Who, at: GatewayPort): Promise<void> {
  const done = await handshakes(stage, from, [haltedHandshake, ...wordsOf(at), String(heldMs)]);
  if (!done.includes(`${attempts} begun`)) throw new Error(`The handshakes were not begun: ${done}`);
}

/** Goes through handshakes past the sidecar, if there is one, and shows no certificate: each must be refused. */
export async function failHandshakes(stage: Stage, from: Who, at: GatewayPort): Promise<void> {
  const done = await handshakes(stage, from, [refusedHandshake, ...wordsOf(at)]);
  if (!done.includes(`${attempts} refused`)) throw new Error(`Not every handshake was refused: ${done}`);
}

const wordsOf = ({ gateway, port, sni }: GatewayPort): string[] => [gateway, String(port), sni, String(attempts)];

async function handshakes(stage: Stage, from: Who, command: readonly string[]): Promise<string> {
  const options = { user: proxyUser, timeoutMs: heldMs + startUpMs };
  const { stdout, stderr } = await stage.exec(from, [process.execPath, ...command], options);
  return stdout + stderr;
}

/** How many connections a database's machine accepted meanwhile; nobody else may connect to it. */
export async function heardMeanwhile({ outside }: Stage, name: MachineName, act: () => Promise<void>): Promise<number> {
  const before = await outside.acceptedConnections(name);
  await act();
  return (await outside.acceptedConnections(name)) - before;
}

/** What is counted, in words. */
export const connectionsFor = (count: number): string =>
  `${count} connections at the database for ${attempts} attempts`;

/** Counts the connections MariaDB's machine accepted meanwhile. */
function counted({ expect, ...probe }: Counted, act: (stage: Stage) => Promise<void>): Probe {
  const expected = expect === "of none" ? 0 : attempts;
  return {
    ...probe,
    expected: connectionsFor(expected),
    run: async (stage) => {
      const connections = await heardMeanwhile(stage, "rds", () => act(stage));
      return { passed: connections === expected, seen: connectionsFor(connections) };
    },
  };
}
