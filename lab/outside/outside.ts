import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CertificateAuthority } from "../host/certificates.js";
import type { LabHost } from "../host/labHost.js";
import type { ExecResult } from "../node/nodeAgent.js";
import type { Servers } from "../servers/servers.js";
import { https } from "./https.js";
import { kafka } from "./kafka.js";
import { type Machine, type OutsideSettings, Place } from "./machine.js";
import { mariadb } from "./mariadb.js";
import { mongo, setRatings } from "./mongo.js";
import { machineAddresses, type MachineName } from "./names.js";
import { outsideNames } from "./outsideNames.js";
import { postgres } from "./postgres.js";
import { redis } from "./redis.js";

export { brokerAddresses, kafkaListeners } from "./kafkaListeners.js";
export * from "./names.js";
export { outsideNames } from "./outsideNames.js";
export { mongoDatabase, mongoPorts, mongoUser } from "./mongo.js";

const kinds: Record<MachineName, (name: string, address: string) => Machine> = {
  rds: mariadb,
  stock: mariadb,
  postgres,
  redis,
  mongo,
  kafka,
  web: https,
  archive: https,
  metadata: https,
};

/** The world outside the cluster: databases and servers on machines of their own. */
export class Outside {
  private readonly places = new Map<MachineName, Place>();
  /** Whom machines with an allow-list let in. */
  readonly admitted = new Map<MachineName, readonly string[]>();

  private constructor(
    private readonly host: LabHost,
    private readonly settings: OutsideSettings,
    private readonly authority: CertificateAuthority,
    /** Authority behind every certificate outside, as a file. */
    readonly caFile: string,
  ) {}

  /** Makes the certificates; machines are started when a scenario needs them. */
  static async prepare(host: LabHost): Promise<Outside> {
    const authority = await CertificateAuthority.create(join(host.folder, "outside-ca"), "outside-ca");
    const certificate = await authority.issue("outside", Object.keys(outsideNames()));
    const settings = { password: randomBytes(12).toString("hex"), certificate };
    return new Outside(host, settings, authority, authority.certificate.certFile);
  }

  /** The password of every database's user, made anew for each run. */
  get password(): string {
    return this.settings.password;
  }

  /** What the servers came with: clients of theirs too. */
  get servers(): Servers {
    return this.host.servers;
  }

  /** A certificate for a host that the cluster serves, and its key, as PEM. */
  async certificateFor(host: string): Promise<{ certificate: string; key: string }> {
    const { certFile, keyFile } = await this.authority.issue(host, [host]);
    return { certificate: await readFile(certFile, "utf8"), key: await readFile(keyFile, "utf8") };
  }

  /** Runs a program on a machine outside. */
  async exec(name: MachineName, command: readonly string[]): Promise<ExecResult> {
    return this.place(name).exec(command);
  }

  /** How many connections a machine has accepted since it runs, whoever they were from. */
  async acceptedConnections(name: MachineName): Promise<number> {
    return this.place(name).acceptedConnections();
  }

  /** Starts the machines that do not run yet, all at once. */
  async start(names: readonly MachineName[]): Promise<void> {
    await Promise.all(names.filter((name) => !this.places.has(name)).map((name) => this.startOne(name)));
  }

  /** What stands for the database's own allow-list. */
  async allowList(name: MachineName, addresses: readonly string[]): Promise<void> {
    await this.place(name).admitOnly(addresses);
    this.admitted.set(name, addresses);
  }

  /** Every allow-list away, as at the start. */
  async admitEverybody(): Promise<void> {
    await Promise.all([...this.places.values()].map((place) => place.admitAll()));
    this.admitted.clear();
  }

  /** Changes what Bookinfo's database holds. */
  async setRatings(ratings: readonly number[]): Promise<void> {
    await setRatings(machineAddresses.mongo, this.password, ratings);
  }

  private place(name: MachineName): Place {
    const place = this.places.get(name);
    if (!place) throw new Error(`The machine ${name} does not run: name it among the scenario's machines.`);
    return place;
  }

  private async startOne(name: MachineName): Promise<void> {
    const machine = kinds[name](name, machineAddresses[name]);
    const place = await Place.prepare(this.host, machine);
    this.places.set(name, place);
    await machine.start(place, this.settings);
  }
}
