import type { LabStack } from "../../lab/engine/stack.js";
import type { LabHost } from "../../lab/host/labHost.js";
import { hostOf } from "../../lab/outside/outside.js";
import { Cluster } from "../../lab/controlplane/cluster.js";
import { addFixtures } from "../../lab/scenarios/fixtures.js";
import { startLab } from "../../lab/scenarios/runningLab.js";
import { onLabCluster } from "../../lab/scenarios/onLabCluster.js";
import type { Config } from "../../lab/scenarios/scenario.js";
import { settled } from "../../lab/scenarios/settled.js";
import { istiodPods, type Stage, type Who } from "../../lab/scenarios/stage.js";
import { egressGatewayManifests } from "../../components/gateway/egressGateway.js";
import { isMeshResource, type Manifest } from "../../components/manifest.js";
import { istioFacts } from "../../components/mesh/meshFacts.js";
import type { Address } from "./addresses.js";
import { processOfPod } from "./processes.js";
import { Proxy } from "./proxy.js";
import { recipeFor, recipeGateway } from "./recipe.js";

/** Who connects: ours, the recipe's client, one with a direct path, one without a mesh, and one with no database. */
export const clients = {
  ours: { namespace: "shop", labels: { app: "buyer" } },
  direct: { namespace: "direct", labels: { app: "courier" } },
  recipe: { namespace: "team-recipe", labels: { app: "client" } },
  bare: { namespace: "bare", labels: { app: "client" } },
  bystander: { namespace: "bystander", labels: { app: "client" } },
} satisfies Record<string, Who>;

export const gateways = {
  ours: { namespace: "istio-egress", labels: { istio: "egressgateway" } },
  recipe: { namespace: recipeGateway.namespace, labels: { istio: recipeGateway.name } },
} satisfies Record<string, Who>;

const mysql = { protocol: "mysql", port: 3306 };

/** Hosts of the testbed's databases of MySQL's protocol, all answered by one server. */
export const hosts = {
  mtls: hostOf("tcp-gateway-mtls", "mysql"),
  plain: hostOf("tcp-gateway", "mysql"),
  direct: hostOf("tcp-direct", "mysql"),
  recipe: "rm-example.mysql.rds.aliyuncs.com",
  /** Not yet led anywhere. */
  oneMore: hostOf("tls-gateway", "mysql"),
  oneMoreRecipe: hostOf("tls-direct", "mysql"),
};

/** Port of the recipe's gateway for the testbed's own database; further ones follow. */
export const recipeFirstPort = 13306;

/** How long connections outlive their filter chain, at either gateway: short, so that looking for it takes not long. */
export const drainSeconds = 5;
const drainDuration = `${drainSeconds}s`;

/** What parts set of the testbed's stack. */
export interface TestbedSettings {
  /** @default one pod, everything else as in any stack */
  gateway?: object;
  /** Beside the testbed's own. */
  databases?: readonly object[];
}

/** The testbed's stack: one gateway, and the ways to a database that are compared. */
export function testbedConfig({ gateway = {}, databases = [] }: TestbedSettings = {}): Config {
  const waiting = { kind: "deployment", image: "alpine:3.22", command: ["sleep", "infinity"], runAsUser: 65534 };
  const config = {
    cluster: { cloud: "existing" },
    mesh: { kind: "istio" },
    gateway: { replicas: { min: 1, max: 1 }, drainDuration, ...gateway },
    namespaces: [{ name: "shop" }, { name: "direct" }],
    databases: [
      { name: "mtls", host: hosts.mtls, ...mysql, clients: [{ namespace: "shop", serviceAccounts: ["buyer"] }] },
      {
        name: "plain",
        host: hosts.plain,
        ...mysql,
        trafficMode: "tcp-gateway",
        gatewayPort: 15500,
        clients: [{ namespace: "shop" }],
      },
      { name: "direct", host: hosts.direct, ...mysql, trafficMode: "tcp-direct", clients: [{ namespace: "direct" }] },
      ...databases,
    ],
    workloads: [
      { ...waiting, name: "buyer", namespace: "shop" },
      { ...waiting, name: "courier", namespace: "direct" },
    ],
  };
  return onLabCluster(config).config;
}

/** A cluster with the testbed's stack, the recipe's gateway and every client: what the parts in the lab measure on. */
export class Testbed {
  private constructor(
    readonly stage: Stage,
    readonly stack: LabStack,
    readonly cluster: Cluster,
    /** The benchmark's own database client. */
    private readonly program: string,
    /** Opens a further stack on the same cluster. */
    readonly open: (name: string) => Promise<LabStack>,
  ) {}

  static async prepare(host: LabHost, client: string, tell: (line: string) => void): Promise<Testbed> {
    const { stage, open } = await startLab(host, tell);
    const [stack, cluster] = await Promise.all([
      open({ name: "bench" }, {}),
      Cluster.connect(stage.controlPlane.kubeconfigPath),
      stage.outside.start(["rds"]),
    ]);
    host.onClose(() => cluster.close());
    const testbed = new Testbed(stage, stack, cluster, client, (name) => open({ name }, {}));
    await stack.configure(testbedConfig());
    const { seconds } = await stack.up();
    tell(`stack deployed in ${seconds.toFixed(0)} s`);
    await testbed.addNeighbours();
    tell("the recipe's gateway and the clients: ready");
    return testbed;
  }

  /** The recipe's gateway is deployed as ours is: what is compared is how traffic is led, not how pods are made. */
  private async addNeighbours(): Promise<void> {
    const waiting = [{ name: "client" }];
    await addFixtures(this.stage, [
      { name: recipeGateway.namespace, injection: true, workloads: [] },
      { name: "team-recipe", injection: true, workloads: waiting },
      { name: "bystander", injection: true, workloads: waiting },
      { name: "bare", injection: false, workloads: waiting },
    ]);
    await this.apply([
      ...recipeGatewayManifests([recipeFirstPort]),
      ...recipeFor({ name: "first", host: hosts.recipe, clientNamespace: "team-recipe", gatewayPort: recipeFirstPort }),
    ]);
    await this.stage.agent.waitReady(gateways.recipe.namespace, gateways.recipe.labels);
  }

  async apply(manifests: readonly Manifest[]): Promise<void> {
    const options = { fieldManager: "bench" };
    await Promise.all(manifests.map((manifest) => this.cluster.apply(manifest, referenceOf(manifest), options)));
  }

  async remove(manifests: readonly Manifest[]): Promise<void> {
    await Promise.all(manifests.map((manifest) => this.cluster.delete(referenceOf(manifest)).catch(() => undefined)));
  }

  proxyOf(who: Who): Proxy {
    return new Proxy(this.stage, this.stage.pod(who));
  }

  proxiesOf({ namespace, labels }: Who): Proxy[] {
    return this.stage.agent.podsOf(namespace, labels).map((pod) => new Proxy(this.stage, pod));
  }

  /** CPU time of the control plane so far, of all its pods. */
  istiodCpuSeconds(): number {
    const pods = this.stage.agent.podsOf(istiodPods.namespace, istiodPods.labels);
    const each = pods.map((pod) => processOfPod(pod.metadata?.uid ?? "", "pilot-discovery").cpuSeconds());
    return each.reduce((sum, seconds) => sum + seconds, 0);
  }

  /** Brings the stack to these settings. */
  async configure(settings: TestbedSettings = {}): Promise<void> {
    await this.stack.configure(testbedConfig(settings));
    await this.stack.up();
    await settled(this.stage);
  }

  /** Runs the database client in a pod and returns what it prints. */
  async client(who: Who, address: Address, options: string[], patienceMs: number): Promise<string> {
    const { password, caFile } = this.stage.outside;
    const command = [this.program, "-address", address({ password, caFile }), ...options];
    const result = await this.stage.exec(who, command, { user: 65534, timeoutMs: patienceMs });
    if (result.exitCode !== 0) {
      const target = address({ password: "", caFile: "" });
      throw new Error(`${who.namespace} does not reach ${target}: ${result.stderr || "no answer"}`);
    }
    return result.stdout;
  }
}

/** The testbed's mesh. */
export const mesh = istioFacts({ namespace: "istio-system", trustDomain: "cluster.local", dnsCapture: true });

/** The recipe's gateway with these ports on its Service. */
export function recipeGatewayManifests(ports: readonly number[]): Manifest[] {
  const manifests = egressGatewayManifests({
    mesh,
    ...recipeGateway,
    replicas: { min: 1, max: 1 },
    drainDuration,
  });
  return manifests
    .filter((manifest) => !isMeshResource(manifest))
    .map((manifest) =>
      manifest.kind === "Service"
        ? { ...manifest, spec: { selector: gateways.recipe.labels, ports: ports.map(servicePort) } }
        : manifest,
    );
}

const servicePort = (port: number) => ({ name: `tcp-${port}`, port, targetPort: port });

function referenceOf({ apiVersion, kind, metadata }: Manifest) {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
}
