import { readFileSync } from "node:fs";
import { execa } from "execa";
import { readYaml, writeYaml } from "mesh-access/yaml";
import { endpoints, urlOf } from "./endpoints.js";
import type { Site } from "./inventedCloud.js";
import type { Item, Properties, World } from "./inventory.js";
import { at, list, named, text } from "./rules.js";

/** Where the API servers are that a cloud hands out, and what it puts into them. */
export interface SiteFiles {
  /** The administrator's kubeconfig of each. */
  kubeconfigs: { cluster: string; mesh: string };
  kubectl: string;
  /** Files with resource definitions. */
  kinds: Record<Kinds, string[]>;
}

/** Kinds that come with an add-on or a managed mesh. */
export type Kinds = "istio" | "asm" | "cilium" | "calico" | "poseidon";

/** ConfigMap label of nodes under Terway, and the key in it. */
const [terwayLabel, terwayKey] = ["terway-config", "eni_conf"];

/** Range from which a node's pods get their addresses. */
export const podRangeAnnotation = "lab/pods";
/** Tags and security groups of a node, which a cloud's firewall knows it by. */
export const firewallAnnotation = "lab/firewall";

/** The lab's API servers, as a cloud hands them out. */
export class LabSite implements Site {
  constructor(private readonly files: SiteFiles) {}

  async made(item: Item, world: World): Promise<void> {
    const { inputs } = item;
    if (item.type.endsWith(":NodePool")) return this.join(item, world);
    if (item.type === "gcp:container/cluster:Cluster") {
      if (inputs["enableCiliumClusterwideNetworkPolicy"] === true) await this.install("cluster", "cilium");
      if (inputs["networkPolicy"]) await this.install("cluster", "calico");
    }
    // Terway's own code is Calico's: its definitions are there, and nothing says that policies of them hold.
    if (item.type.endsWith(":ManagedKubernetes")) await this.install("cluster", "calico");
    if (item.type.endsWith(":ServiceMesh")) {
      await this.install("mesh", "istio");
      await this.install("mesh", "asm");
      await this.rootNamespace("mesh");
      await this.rootNamespace("cluster");
    }
    if (item.type.endsWith(":FeatureMembership")) {
      await this.install("cluster", "istio");
      await this.rootNamespace("cluster");
    }
  }

  async unmade({ type, ...item }: Item): Promise<void> {
    if (type.endsWith(":ServiceMesh")) await this.empty("mesh");
    if (type === "gcp:container/cluster:Cluster" || type.endsWith(":ManagedKubernetes")) await this.empty("cluster");
    if (!type.endsWith(":NodePool")) return;
    const pool = ["-l", `lab/pool=${poolLabel(item)}`];
    await this.kubectl("cluster", ["delete", "nodes", ...pool, "--wait=false", "--ignore-not-found"]);
  }

  /** An API server that is deleted takes everything with it. The next one of its cloud is this one again. */
  private async empty(which: "cluster" | "mesh"): Promise<void> {
    const own = ["default", "kube-system", "kube-public", "kube-node-lease"].map((name) => `metadata.name!=${name}`);
    await this.kubectl(which, ["delete", "namespaces", "--field-selector", own.join(","), "--ignore-not-found"]);
    await this.kubectl(which, ["delete", "customresourcedefinitions", "--all", "--wait=false"]);
  }

  answer(token: string): Properties | undefined {
    const answers: Record<string, () => Properties> = {
      // With its public address always, whichever is open.
      "alicloud:cs/getClusterCredential:getClusterCredential": () => ({
        kubeConfig: this.kubeconfig("cluster", urlOf(endpoints.ackPublic)),
      }),
      "alicloud:servicemesh/getServiceMeshes:getServiceMeshes": () => ({
        meshes: [
          {
            endpoints: [
              {
                publicApiServerEndpoint: urlOf(endpoints.asmPublic),
                intranetApiServerEndpoint: urlOf(endpoints.asmPrivate),
              },
            ],
          },
        ],
      }),
    };
    return answers[token]?.();
  }

  reports(type: string): Properties {
    if (type === "alicloud:servicemesh/serviceMesh:ServiceMesh")
      return { kubeconfig: this.kubeconfig("mesh", urlOf(endpoints.asmPrivate)) };
    if (type === "gcp:container/cluster:Cluster")
      return { masterAuth: { clusterCaCertificate: this.authority("cluster") } };
    return {};
  }

  /** The administrator's kubeconfig at another address. */
  private kubeconfig(which: "cluster" | "mesh", server: string): string {
    const config = this.read(which);
    const [entry] = config.clusters;
    return writeYaml({
      ...config,
      clusters: [{ name: entry.name, cluster: { server, "certificate-authority-data": this.authority(which) } }],
    });
  }

  private authority(which: "cluster" | "mesh"): string {
    return readFileSync(this.read(which).clusters[0].cluster["certificate-authority"]).toString("base64");
  }

  private read(which: "cluster" | "mesh") {
    return readYaml(readFileSync(this.files.kubeconfigs[which], "utf8")).value as {
      clusters: [{ name: string; cluster: { "certificate-authority": string } }];
    };
  }

  private async kubectl(which: "cluster" | "mesh", args: string[], input?: object): Promise<string> {
    const env = { KUBECONFIG: this.files.kubeconfigs[which] };
    const { stdout } = await execa(this.files.kubectl, args, { env, ...(input && { input: JSON.stringify(input) }) });
    return stdout;
  }

  private async install(which: "cluster" | "mesh", kinds: Kinds): Promise<void> {
    const files = this.files.kinds[kinds].flatMap((file) => ["-f", file]);
    await this.kubectl(which, ["apply", "--server-side", "--force-conflicts", ...files]);
  }

  private async rootNamespace(which: "cluster" | "mesh"): Promise<void> {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } };
    await this.kubectl(which, ["apply", "--server-side", "-f", "-"], namespace);
  }

  /** The nodes of a pool join the cluster, with the network that their cloud gives them. */
  private async join(item: Item, world: World): Promise<void> {
    const nodes = item.type.startsWith("gcp:") ? googleNodes(item, world) : await this.alibabaNodes(item, world);
    const all = { apiVersion: "v1", kind: "List", items: nodes };
    const apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
    await this.kubectl("cluster", apply, all);
    await this.kubectl("cluster", [...apply, "--subresource=status"], all);
  }

  /** Terway reads the ConfigMap that a node's label names when the node joins. Of another name it is read by nobody. */
  private async alibabaNodes(item: Item, world: World): Promise<Node[]> {
    const labels = pairs(item.inputs["labels"]);
    const cluster = named(world, {
      type: "alicloud:cs/managedKubernetes:ManagedKubernetes",
      value: item.inputs["clusterId"],
    });
    const config = labels[terwayLabel] === undefined ? undefined : await this.terwayConfig(labels[terwayLabel]);
    const own = config?.vswitches ?? list(cluster?.inputs["podVswitchIds"]).map(text);
    const groups = config ? [config.group] : list(item.inputs["securityGroupIds"]).map(text);
    const ranges = own.map((id) =>
      text(named(world, { type: "alicloud:vpc/switch:Switch", value: id })?.inputs["cidrBlock"]),
    );
    return nodesOf(item, Number(item.inputs["desiredSize"]), { labels, ranges, firewall: groups });
  }

  private async terwayConfig(name: string): Promise<{ vswitches: string[]; group: string } | undefined> {
    const args = [
      "get",
      "configmap",
      name,
      "-n",
      "kube-system",
      "--ignore-not-found",
      "-o",
      `jsonpath={.data.${terwayKey}}`,
    ];
    const found = await this.kubectl("cluster", args);
    if (!found) return undefined;
    const config = JSON.parse(found) as TerwayConfig;
    return { vswitches: Object.values(config.vswitches).flat(), group: config.security_group };
  }
}

interface TerwayConfig {
  vswitches: Record<string, string[]>;
  security_group: string;
}

interface Node {
  metadata: { name: string };
}

function googleNodes(item: Item, world: World): Node[] {
  const { inputs } = item;
  const cluster = named(world, { type: "gcp:container/cluster:Cluster", value: inputs["cluster"] });
  const subnetwork = named(world, { type: "gcp:compute/subnetwork:Subnetwork", value: cluster?.inputs["subnetwork"] });
  const range =
    at(inputs, "networkConfig", "podRange") ?? at(cluster?.inputs, "ipAllocationPolicy", "clusterSecondaryRangeName");
  const found = list(subnetwork?.inputs["secondaryIpRanges"]).find((each) => at(each, "rangeName") === range);
  const zones = list(cluster?.inputs["nodeLocations"]).length || 3;
  const labels = (at(inputs, "nodeConfig", "labels") ?? {}) as Record<string, string>;
  const firewall = list(at(inputs, "nodeConfig", "tags")).map(text);
  return nodesOf(item, Number(inputs["nodeCount"]) * zones, {
    labels,
    ranges: [text(at(found, "ipCidrRange"))],
    firewall,
  });
}

interface NodeNetwork {
  labels: Record<string, string>;
  ranges: string[];
  firewall: string[];
}

const poolLabel = ({ urn }: Pick<Item, "urn">): string => urn.slice(urn.lastIndexOf("::") + "::".length);
const effects: Record<string, string> = { NO_SCHEDULE: "NoSchedule", NO_EXECUTE: "NoExecute" };

const room = { cpu: "64", memory: "256Gi", pods: "250", "ephemeral-storage": "1Ti" };
/** Of a node whose kubelet reported, as far as the scheduler asks. */
const ready = {
  capacity: room,
  allocatable: room,
  conditions: [{ type: "Ready", status: "True", reason: "Lab", message: "ready" }],
};

function nodesOf(item: Item, count: number, { labels, ranges, firewall }: NodeNetwork): Node[] {
  const taints = [...list(item.inputs["taints"]), ...list(at(item.inputs, "nodeConfig", "taints"))].map((each) => {
    const { key, value, effect } = each as Record<string, string>;
    return { key, value, effect: effects[effect ?? ""] ?? effect };
  });
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: `${poolLabel(item)}-${index + 1}`,
      labels: { ...labels, "lab/pool": poolLabel(item), "kubernetes.io/os": "linux" },
      annotations: {
        [podRangeAnnotation]: ranges[index % ranges.length] ?? "",
        [firewallAnnotation]: firewall.join(","),
      },
    },
    spec: { taints },
    status: ready,
  }));
}

function pairs(value: unknown): Record<string, string> {
  return Object.fromEntries(list(value).map((each) => [text(at(each, "key")), text(at(each, "value"))]));
}
