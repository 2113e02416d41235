import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { runBounded, type ExecResult } from "../node/container.js";
import { addOutsideMachine, type LabHost, type LabProcess, type RoutedNamespace } from "../host/labHost.js";

/** What a server outside needs to be started. */
export interface OutsideSettings {
  /** Passwords by server, made anew for each run. */
  readonly password: string;
  /** Certificate for every name outside, and the authority that signed it. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string };
}

/** A machine outside the cluster with its server. */
export interface Machine {
  readonly name: string;
  /** In the range reserved for documentation, so that nothing in the cluster can be taken for it. */
  readonly address: string;
  /** Where it answers too. */
  readonly furtherAddresses?: readonly string[];
  readonly ports: readonly number[];
  /** Starts the server and resolves when it can be used. */
  start(place: Place, settings: OutsideSettings): Promise<void>;
}

/** Where a machine's server runs: its own network, and a folder in the run's memory. */
export class Place {
  private constructor(
    private readonly host: LabHost,
    private readonly name: string,
    private readonly netns: string,
    readonly folder: string,
    readonly address: string,
  ) {}

  static async prepare(host: LabHost, { name, address, furtherAddresses = [] }: Machine): Promise<Place> {
    const folder = join(host.folder, "outside", name);
    const [network] = await Promise.all([addOutsideMachine(name, address), mkdir(folder, { recursive: true })]);
    for (const further of furtherAddresses) await addAddress(network, further);
    return new Place(host, name, network.name, folder, address);
  }

  get servers(): LabHost["servers"] {
    return this.host.servers;
  }

  /** Starts the machine's server, as a user without privileges where one is named. */
  async server(
    command: string,
    args: readonly string[],
    options: { user?: string; env?: Record<string, string>; ready: () => Promise<unknown> },
  ): Promise<LabProcess> {
    const { user, env, ready } = options;
    const started = this.host.processes.start(`outside-${this.name}`, command, args, {
      netns: this.netns,
      ...(env ? { env } : {}),
      ...(user ? { user: await this.ownedBy(user) } : {}),
    });
    await started.ready(async () => (await ready(), true), startPatienceMs);
    return started;
  }

  /** Runs a program on the machine. */
  async exec(command: readonly string[]): Promise<ExecResult> {
    return runBounded(["ip", "netns", "exec", this.netns], [...command], { timeoutMs: execPatienceMs });
  }

  /** How many connections its network has accepted so far, as the kernel counts them. */
  async acceptedConnections(): Promise<number> {
    const { stdout } = await this.exec(["cat", "/proc/net/snmp"]);
    const [names = [], values = []] = stdout
      .split("\n")
      .filter((line) => line.startsWith("Tcp:"))
      .map((line) => line.split(" "));
    return Number(values[names.indexOf("PassiveOpens")]);
  }

  /** Hands the folder to a user and returns the user's number. */
  async ownedBy(user: string): Promise<number> {
    const { stdout } = await execa("id", ["-u", user]);
    await execa("chown", ["-R", stdout, this.folder]);
    return Number(stdout);
  }

  /** Lets only these addresses in, as a database's own allow-list does (RDS `securityIps`, Cloud SQL's authorised networks). */
  async admitOnly(addresses: readonly string[]): Promise<void> {
    const rules = [
      "table ip allowlist",
      "delete table ip allowlist",
      "table ip allowlist {",
      "  chain in { type filter hook input priority 0; policy drop;",
      `    ip saddr { ${[...addresses, nodeSide].join(", ")} } accept`,
      "    ct state established,related accept",
      "  }",
      "}",
    ];
    await this.nft(rules.join("\n"));
  }

  /** Lets everybody in again. */
  async admitAll(): Promise<void> {
    await this.nft("table ip allowlist\ndelete table ip allowlist\n");
  }

  private async nft(rules: string): Promise<void> {
    await execa("ip", ["netns", "exec", this.netns, "nft", "-f", "-"], { input: rules });
  }
}

/** The lab's own checks come from the node, which is no client. */
const nodeSide = "10.240.0.1";
/** For a program run on a machine. */
const execPatienceMs = 5_000;
/** Setting up a database's files takes seconds on a busy machine. */
const startPatienceMs = 60_000;

/** Gives a machine one more address, and the host the way to it. */
async function addAddress({ name, hostInterface }: RoutedNamespace, address: string): Promise<void> {
  await execa("ip", ["-n", name, "addr", "add", `${address}/32`, "dev", "eth0"]);
  await execa("ip", ["route", "add", `${address}/32`, "dev", hostInterface]);
}

/** Resolves when something listens. */
export function listens(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: 1_000 });
    socket.once("connect", () => (socket.destroy(), resolve()));
    socket.once("timeout", () => socket.destroy(new Error(`${address}:${port} does not answer`)));
    socket.once("error", reject);
  });
}
