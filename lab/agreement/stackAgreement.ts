import type { AnalysisOptions, DatabaseOption, KubernetesObject } from "mesh-access";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import { loadSettings } from "../../settings/load.js";
import { Cluster } from "../controlplane/cluster.js";
import { machineAddresses, outsideNames, type MachineName } from "../outside/outside.js";
import type { Finding, ProbeResult } from "../probes/probe.js";
import type { Config } from "../scenarios/scenario.js";
import { gatewayPods, type Stage } from "../scenarios/stage.js";
import { compare, describe, type Agreement, type Tried } from "./compare.js";
import { liveObjects, readableCollections } from "./liveObjects.js";

const hosts = outsideNames();
const httpsPort = 443;

/** Holds what a scenario's probes saw against what the analysis says of the objects that stood there. */
export class StackAgreement {
  private readonly steps: Agreement[] = [];

  constructor(private readonly stage: Stage) {}

  /**
   * To be called after the probes of a step, while nothing has changed since.
   *
   * @param objects what the prediction is made from. Default: what stands in the API server
   */
  async hold(config: Config, results: readonly ProbeResult[], objects?: readonly KubernetesObject[]): Promise<void> {
    const settings = loadSettings(config);
    const { databases } = settings;
    const known = databases.flatMap(({ host }) => host ?? []);
    // A database's name on a port that is not its own was sent somewhere else, by address.
    const isOwnPort = ({ to }: Tried): boolean =>
      !known.includes(to.host) || databases.some(({ host, port }) => host === to.host && port === to.port);
    const tried = results.flatMap((result) => triedBy(result, known)).filter(isOwnPort);
    if (tried.length === 0) return;
    const judged = objects ?? (await this.standing());
    this.steps.push(compare(judged, tried, this.optionsFor(optionsOfStack(settings), tried)));
  }

  private async standing(): Promise<KubernetesObject[]> {
    const cluster = await Cluster.connect(this.stage.controlPlane.kubeconfigPath);
    try {
      return await liveObjects(cluster, await readableCollections(cluster));
    } finally {
      cluster.close();
    }
  }

  finding(): Finding {
    const compared = this.steps.reduce((sum, step) => sum + step.compared, 0);
    const [disagreements, undecided] = [
      this.steps.flatMap((step) => step.disagreements),
      this.steps.flatMap((step) => step.undecided),
    ];
    const evidence = [
      ...disagreements.map(
        ({ tried, predicted, because }) => `${describe(tried)}; predicted ${predicted}, for ${because.join("; ")}`,
      ),
      ...undecided.map((text) => `not decided: ${text}`),
    ].join("\n");
    return {
      passed: disagreements.length === 0,
      seen: `${compared - disagreements.length} of ${compared} probes agree${undecided.length > 0 ? `, ${undecided.length} not decided` : ""}`,
      ...(evidence ? { evidence } : {}),
    };
  }

  /** What the stack's settings say, and where the names that were dialled lead outside. */
  private optionsFor(options: AnalysisOptions, tried: readonly Tried[]): AnalysisOptions {
    const own = options.databases ?? [];
    const further = tried
      .map(({ to }) => to)
      .filter(({ host, port }) => host in hosts && !own.some((one) => one.host === host && one.port === port))
      .map(({ host, port }): DatabaseOption => ({ host, port, tls: port === httpsPort || isOfGroup(own, host, port) }));
    const databases = [...own, ...further].map((database) => ({ ...database, ...this.serverOf(database.host) }));
    return { ...options, databases, services: true };
  }

  private serverOf(host: string): Pick<DatabaseOption, "addresses" | "allowList"> {
    const address = hosts[host];
    if (!address) return {};
    const machine = (Object.keys(machineAddresses) as MachineName[]).find((name) => machineAddresses[name] === address);
    const admitted = machine && this.stage.outside.admitted.get(machine);
    return { addresses: [address], ...(admitted ? { allowList: admitted.map((one) => `${one}/32`) } : {}) };
  }
}

/** Whether a host belongs to a database that is written as a wildcard, and so is dialled in TLS. */
function isOfGroup(databases: readonly DatabaseOption[], host: string, port: number): boolean {
  return databases.some(
    (group) => group.host.startsWith("*.") && group.port === port && host.endsWith(group.host.slice(1)),
  );
}

/** The pairs of a workload and a destination that a probe tried, by the destination's name. */
function triedBy({ connection, evidence }: ProbeResult, databases: readonly string[]): Tried[] {
  if (!connection) return [];
  const { from, to, through } = connection;
  const tried = (host: string): Tried => ({
    ...connection,
    ...(evidence ? { said: evidence } : {}),
    to: { host, port: to.port },
  });
  const names = Object.keys(hosts).filter((name) => hosts[name] === to.host);
  if (names.length === 0) {
    const host = to.host in hosts ? to.host : serviceHost(to.host, from.namespace);
    // The gateway is a hop, and nobody's destination.
    return host.endsWith(`.${gatewayPods.namespace}.svc.cluster.local`) ? [] : [tried(host)];
  }
  // Dialled by address. Past the sidecar that is all there is; through it, it is no pair of workload and name.
  if (through === "sidecar") return [];
  const known = names.filter((name) => databases.includes(name));
  return (known.length > 0 ? known : names.slice(0, 1)).map(tried);
}

/** The full name of a Service, however short it is written. */
function serviceHost(host: string, namespace: string): string {
  const [name = "", owner = namespace, ...rest] = host.split(".");
  return rest.length === 0 || rest[0] === "svc" ? `${name}.${owner}.svc.cluster.local` : host;
}
