import { machineAddresses } from "../outside/outside.js";
import { connection, serverHandshake } from "../probes/connection.js";
import { gatewayLog } from "../probes/gatewayLog.js";
import type { Probe } from "../probes/probe.js";
import { port, type Team, teams } from "./teamsSetting.js";

const dialled = ({ host }: Team) => ({ protocol: "mysql", to: { host, port } }) as const;

/** What one team reaches, and what it does not. */
function probesOf(team: Team, other: Team): Probe[] {
  const { name, client, host, machine } = team;
  const account = client.labels["app"];
  return [
    connection({
      ...dialled(team),
      observation: "a",
      title: `${name} is answered by its own database`,
      from: client,
      expect: "answers",
      answer: new RegExp(`^${machine}$`, "m"),
    }),
    gatewayLog({
      observation: "a",
      title: `the gateway's log names ${name}'s client and the database it was led to`,
      expected: `${client.namespace}/${account}, ${machineAddresses[machine]}`,
      find: (line) =>
        line.requested_server_name === host &&
        (line.downstream_peer_uri_san?.endsWith(`/ns/${client.namespace}/sa/${account}`) ?? false) &&
        line.upstream_host === `${machineAddresses[machine]}:${port}`,
    }),
    connection({
      ...dialled(other),
      observation: "b",
      title: `${name} is refused by ${other.name}'s database`,
      from: client,
      expect: "blocked",
    }),
    serverHandshake({
      ...dialled(other),
      observation: "b",
      title: `${name} gets not one byte of ${other.name}'s database`,
      from: client,
      expect: "blocked",
    }),
    connection({
      ...dialled(team),
      observation: "c",
      title: `bypassing its sidecar, ${name} does not even reach its own database`,
      from: client,
      through: "bypass",
      expect: "blocked",
    }),
  ];
}

const [first, second] = teams;
export const probes: readonly Probe[] = [...probesOf(first, second), ...probesOf(second, first)];
