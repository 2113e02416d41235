import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stackFileText } from "../../cli/stackFileText.js";
import { type MeshEgress, meshEgressFor } from "../command/meshEgress.js";
import type { LabStack } from "../engine/stack.js";
import { until } from "../host/labHost.js";
import { clients } from "../probes/clients.js";
import type { Finding } from "../probes/probe.js";
import { applicationUser } from "../probes/users.js";
import { apiListing } from "../scenarios/apiListing.js";
import type { Experiment } from "../scenarios/experiment.js";
import { deleted, deployed, remains } from "../scenarios/operationFindings.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import { everyStack } from "../scenarios/observations.js";
import { type Listener, Results } from "../scenarios/results.js";
import { settled } from "../scenarios/settled.js";
import { gatewayPods, type Stage, type Who } from "../scenarios/stage.js";
import { auditor, buyer, config, host, port, visitor } from "./usageSetting.js";

const observation = "usage";
/** How often each connects in a step. */
const times = { buyer: 5, visitor: 3 };

const looks = {
  up: everyStack.up("a database with two clients, in a namespace with a third workload"),
  json: {
    observation,
    title: "usage of the gateway's JSON log, while one client queries and a workload that is none tries to",
    expected: `used: shop/buyer ${times.buyer}; never used: shop/auditor; refused: ${times.visitor}; nothing impossible`,
  },
  line: {
    observation,
    title: "the client that never connects",
    expected: "named with the line of the stack file that allows it",
  },
  text: {
    observation,
    title: "usage of the gateway's log in Istio's text format, which names no client",
    expected: `used: no client ${times.buyer}; perhaps used: shop/auditor, shop/buyer; refused: ${times.visitor}; nothing impossible`,
  },
  drift: {
    observation,
    title: "usage after somebody has let the third workload in, at the gateway and not in the stack file",
    expected: `exits with 1; should not be possible: shop/visitor ${times.visitor}`,
  },
  destroyed: everyStack.destroy,
  remains: everyStack.remains,
};

const steps = {
  json: "the gateway's log as the stack's mesh writes it",
  text: "the gateway's log in Istio's default format",
  drift: "the gateway lets in who the stack file does not name",
  destroy: "destroy",
};

/** What `mesh-egress usage` makes of the gateway's own logs, beside what was done. */
export const usageExperiment: Experiment = {
  name: "usage",
  title:
    "mesh-egress usage tells from the gateway's logs what was used, never used, refused, and should not be possible",
  observations: [
    { title: steps.json, observations: [looks.up, looks.json, looks.line] },
    { title: steps.drift, observations: [looks.drift] },
    { title: steps.text, observations: [looks.text] },
    { title: steps.destroy, observations: [looks.destroyed, looks.remains] },
  ],
  run: async (lab, listener, keep) => {
    const run = new UsageRun(lab, listener);
    await run.all(keep);
    return { results: run.results.all };
  },
};

/** A part of what `usage -o json` prints. */
interface Seen {
  client: { namespace?: string; serviceAccount?: string };
  host: string;
  port: number;
  connections: number;
  allowedAt?: string;
}
type Printed = Record<"used" | "neverUsed" | "maybeUsed" | "refused" | "failed" | "impossible", Seen[]> & {
  connections: number;
};

class UsageRun {
  readonly results: Results;
  private readonly stage: Stage;
  private readonly meshEgress: MeshEgress;
  private readonly folder: string;

  constructor(
    private readonly lab: RunningLab,
    listener: Listener,
  ) {
    this.results = new Results("usage", listener);
    this.stage = lab.stage;
    this.meshEgress = meshEgressFor(lab.host);
    this.folder = join(lab.host.folder, "usage");
  }

  private get file(): string {
    return join(this.folder, "Pulumi.usage.yaml");
  }

  async all(keep: boolean): Promise<void> {
    const { stage, lab } = this;
    await stage.outside.admitEverybody();
    const listing = await apiListing(stage.kubectl);
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.file, stackFileText(["A database with two clients."], config));
    const [stack] = await Promise.all([lab.open({ name: "usage" }, {}), stage.outside.start(["rds"])]);
    try {
      this.results.enter(steps.json);
      const isUp = await this.results.check(looks.up, async () => {
        await stack.configure(config);
        return deployed(await stack.up());
      });
      if (isUp) await this.looks();
    } finally {
      if (!keep) await this.removal(stack, listing);
    }
  }

  private async looks(): Promise<void> {
    await settled(this.stage);
    const json = await this.whileConnecting();
    await this.results.check(looks.json, async () => foundIn(json.printed, looks.json.expected));
    await this.results.check(looks.line, async () => {
      const place = json.printed.neverUsed[0]?.allowedAt ?? "no line";
      return { passed: /Pulumi\.usage\.yaml:\d+/.test(place), seen: place };
    });

    this.results.enter(steps.drift);
    await this.readmit(auditor, visitor);
    const drift = await this.whileConnecting();
    await this.results.check(looks.drift, async () => {
      const impossible = listed(drift.printed.impossible);
      const seen = `exits with ${drift.exitCode}; should not be possible: ${impossible}`;
      return { passed: seen === looks.drift.expected, seen, evidence: JSON.stringify(drift.printed) };
    });

    this.results.enter(steps.text);
    await this.readmit(visitor, auditor);
    await this.writeText();
    const text = await this.whileConnecting();
    await this.results.check(looks.text, async () => foundIn(text.printed, looks.text.expected));
  }

  /** Lets the clients connect, and reads what the gateway wrote meanwhile. */
  private async whileConnecting(): Promise<{ printed: Printed; exitCode: number }> {
    const before = (await this.log()).length;
    await this.connect(buyer, times.buyer);
    await this.connect(visitor, times.visitor);
    return until(
      "the gateway's log to hold every connection",
      async () => {
        const log = (await this.log()).slice(before);
        const args = ["usage", "--config", this.file, "--log", "-", "-o", "json"];
        const { stdout, exitCode } = await this.meshEgress(args, log);
        const printed = JSON.parse(stdout) as Printed;
        return printed.connections >= times.buyer + times.visitor ? { printed, exitCode } : undefined;
      },
      { timeoutMs: 40_000, intervalMs: 1_000 },
    );
  }

  private async log(): Promise<string> {
    const logs = await Promise.all(
      this.stage.gatewayPods().map((pod) => this.stage.agent.logs(pod.metadata ?? {}, "istio-proxy")),
    );
    return logs.join("");
  }

  private async connect(who: Who, count: number): Promise<void> {
    const { password, caFile, servers } = this.stage.outside;
    const timeoutMs = 5_000;
    const { command, environment = {} } = clients.mysql({ host, port }, { password, caFile, timeoutMs, servers });
    for (let i = 0; i < count; i += 1)
      await this.stage.exec(who, command, { user: applicationUser, timeoutMs: 2 * timeoutMs, environment });
  }

  /** Gives the place of one workload at the gateway to another, as with `kubectl edit`. */
  private async readmit(...[out, into]: [out: Who, into: Who]): Promise<void> {
    const kinds = "gateways.networking.istio.io,envoyfilters.networking.istio.io";
    const text = await this.stage.kubectl(["get", kinds, "-n", gatewayPods.namespace, "-o", "json"]);
    const account = ({ namespace, labels }: Who) => `/ns/${namespace}/sa/${labels["app"]}`;
    const edited = JSON.parse(text.replaceAll(account(out), account(into))) as object;
    await this.stage.kubectl(["replace", "-f", "-"], edited);
    await settled(this.stage);
  }

  /** Takes the log's format out of the mesh's configuration, so that Istio's own counts. */
  private async writeText(): Promise<void> {
    const namespace = "istio-system";
    const text = await this.stage.kubectl(["get", "configmap", "istio", "-n", namespace, "-o", "json"]);
    const map = JSON.parse(text) as { data: { mesh: string } };
    const kept = map.data.mesh.split("\n").filter((line) => !/^accessLog(Encoding|Format):/.test(line));
    const data = { mesh: kept.join("\n") };
    await this.stage.kubectl(["patch", "configmap", "istio", "-n", namespace, "-p", JSON.stringify({ data })]);
    await settled(this.stage, { quietMs: 2_000 });
  }

  private async removal(stack: LabStack, listing: Set<string>): Promise<void> {
    this.results.enter(steps.destroy);
    await this.results.check(looks.destroyed, async () => deleted(await stack.destroy()));
    await this.results.check(looks.remains, async () => remains(listing, await apiListing(this.stage.kubectl)));
  }
}

function foundIn(printed: Printed, expected: string): Finding {
  const { used, neverUsed, maybeUsed, refused, failed, impossible } = printed;
  const parts = [
    ["used", used],
    ["perhaps used", maybeUsed],
    ["never used", neverUsed],
    ["failed", failed],
  ] as const;
  const refusals = refused.reduce((sum, { connections }) => sum + connections, 0);
  const seen = [
    ...parts.flatMap(([name, list]) => (list.length > 0 ? [`${name}: ${listed(list)}`] : [])),
    `refused: ${refusals}`,
    impossible.length > 0 ? `should not be possible: ${listed(impossible)}` : "nothing impossible",
  ].join("; ");
  return { passed: seen === expected, seen, evidence: JSON.stringify(printed) };
}

function listed(entries: readonly Seen[]): string {
  return entries
    .map(({ client: { namespace, serviceAccount }, connections }) => {
      const name = namespace === undefined ? "no client" : `${namespace}/${serviceAccount}`;
      return connections === undefined ? name : `${name} ${connections}`;
    })
    .toSorted()
    .join(", ");
}
