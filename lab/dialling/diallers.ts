import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { V1Pod } from "@kubernetes/client-node";
import { addresses } from "../host/labHost.js";
import { identity } from "../node/container.js";
import { netnsPath } from "../node/podNetwork.js";
import { applicationUser, proxyUser } from "../probes/users.js";

/** What a client speaks. */
export type Language = "mysql" | "https" | "mongo" | "mongo-tls";

/** A connection to try. */
export interface Dial {
  readonly host: string;
  readonly port: number;
  /** Dialled instead of what DNS answers for the host. */
  readonly address?: string;
  /** Dialled where DNS does not answer: whether a client can resolve names is not what is looked at. */
  readonly known: string;
  readonly speaks: Language;
  readonly timeoutMs: number;
}

/** How far a connection came, and what was said last: the server's answer, or why there is none. */
export interface Seen {
  readonly stage: "nothing" | "handshake" | "answer";
  readonly said: string;
}

const program = fileURLToPath(new URL("dialler.js", import.meta.url));

/** Users by how their connections leave the pod: those of the proxy's own user are not redirected into the proxy. */
const users = { sidecar: applicationUser, bypass: proxyUser } as const;
export type Through = keyof typeof users;

/** A process in a pod's network that opens connections on demand. */
class Dialler {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (seen: Seen) => void>();
  private count = 0;

  constructor(
    { metadata }: V1Pod,
    through: Through,
    private readonly password: string,
  ) {
    const user = users[through];
    const command = [...identity(user, user), process.execPath, program];
    this.child = spawn("nsenter", [`--net=${netnsPath(metadata?.uid ?? "")}`, ...command], {
      stdio: ["pipe", "pipe", "inherit"],
      cwd: "/",
    });
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on("line", (line) => this.answered(line));
  }

  async dial(target: Dial): Promise<Seen> {
    const id = this.count++;
    const request = { ...target, id, dns: addresses.dnsService, password: this.password };
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  close(): void {
    this.child.kill();
  }

  private answered(line: string): void {
    const { id, stage, said } = JSON.parse(line) as Seen & { id: number };
    this.waiting.get(id)?.({ stage, said });
    this.waiting.delete(id);
  }
}

/** The diallers of a run: one for each pod and user, started when first asked. */
export class Diallers {
  private readonly started = new Map<string, Dialler>();

  constructor(private readonly password: string) {}

  async dial(pod: V1Pod, through: Through, target: Dial): Promise<Seen> {
    const key = `${pod.metadata?.uid} ${through}`;
    let dialler = this.started.get(key);
    if (!dialler) this.started.set(key, (dialler = new Dialler(pod, through, this.password)));
    return dialler.dial(target);
  }

  close(): void {
    for (const dialler of this.started.values()) dialler.close();
    this.started.clear();
  }
}
