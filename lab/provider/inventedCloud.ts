import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { changes, conceal, reveal, unknown, type Properties } from "./properties.js";
import { serveProvider, type RunningProvider } from "./protocol.js";
import type {
  CheckRequest,
  CreateRequest,
  Difference,
  DiffRequest,
  ReadRequest,
  ResourceType,
  UpdateRequest,
} from "./resource.js";

export interface InventedCloudOptions {
  /** Where an invented cluster leads: the content of a kubeconfig for the lab's own API server. */
  kubeconfig: string;
  /** What an invented database instance says its host name is. @default a name of RDS with the invented id */
  databaseHost?: string;
  /** 0 takes a free port. @default 0 */
  port?: number;
}

/**
 * The one thing the lab invents: clouds. Every resource of `gcp` and `alicloud` is "created" with an id that depends on
 * its URN alone and with outputs equal to its inputs, plus the few that other resources live on. A cluster or mesh that
 * comes out of it is the lab's own API server.
 */
export async function startInventedCloud(options: InventedCloudOptions): Promise<RunningProvider> {
  const resources = new InventedType(options);
  const functions = inventedFunctions(options);
  return serveProvider({
    port: options.port ?? 0,
    configure: async () => ({
      typeFor: () => resources,
      invoke: async (token, args) => {
        const answer = functions[token];
        if (!answer)
          throw new Error(`The lab's cloud has no function ${token}. Add what it answers to inventedCloud.ts.`);
        return { ...args, ...answer };
      },
    }),
  });
}

class InventedType implements ResourceType {
  constructor(private readonly options: InventedCloudOptions) {}

  async check({ logicalName, newInputs }: CheckRequest): Promise<Properties> {
    return { ...newInputs, name: newInputs["name"] ?? logicalName };
  }

  async diff({ oldInputs, newInputs }: DiffRequest): Promise<Difference> {
    const changed = changes(oldInputs, newInputs).map((change) => ({ ...change, replaces: false }));
    return { changes: changed, deleteBeforeReplace: false };
  }

  async create({ type, urn, inputs, preview }: CreateRequest) {
    if (preview) return { id: "", outputs: { ...this.unknownOutputs(type), ...inputs } };
    const id = inventedId(urn);
    return { id, outputs: this.outputs(type, id, inputs) };
  }

  async update({ type, id, newInputs }: UpdateRequest): Promise<Properties> {
    return this.outputs(type, id, newInputs);
  }

  async read({ id, inputs, outputs }: ReadRequest) {
    return { id, inputs, outputs };
  }

  async delete(): Promise<void> {
    // Nothing was made.
  }

  private outputs(type: string, id: string, inputs: Properties): Properties {
    return { ...inventedOutputs(type, id, this.options), ...conceal(reveal(inputs), inputs) };
  }

  private unknownOutputs(type: string): Properties {
    const names = Object.keys(inventedOutputs(type, "", this.options));
    return Object.fromEntries(names.map((name) => [name, unknown]));
  }
}

/** Outputs that are not inputs and that components read. */
function inventedOutputs(type: string, id: string, options: InventedCloudOptions): Properties {
  const { kubeconfig, databaseHost = `${id}.mysql.rds.aliyuncs.com` } = options;
  const outputs: Record<string, Properties> = {
    "alicloud:servicemesh/serviceMesh:ServiceMesh": { kubeconfig },
    "alicloud:rds/instance:Instance": { connectionString: databaseHost, port: "3306" },
    "alicloud:ecs/eipAddress:EipAddress": { ipAddress: "203.0.113.10" },
    "gcp:container/cluster:Cluster": clusterAccess(kubeconfig),
    "gcp:compute/address:Address": { address: "203.0.113.20" },
    "gcp:sql/databaseInstance:DatabaseInstance": { privateIpAddress: "203.0.113.30", connectionName: `lab:lab:${id}` },
  };
  return outputs[type] ?? {};
}

function inventedFunctions({ kubeconfig }: InventedCloudOptions): Record<string, Properties> {
  return { "alicloud:cs/getClusterCredential:getClusterCredential": { id: "lab", kubeConfig: kubeconfig } };
}

/** What a GKE cluster tells of itself, with the lab's API server in its place. */
function clusterAccess(text: string): Properties {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromString(text);
  const cluster = kubeconfig.getCurrentCluster();
  const authority = cluster?.caData ?? (cluster?.caFile ? readFileSync(cluster.caFile).toString("base64") : "");
  return { endpoint: new URL(cluster?.server ?? "").host, masterAuth: { clusterCaCertificate: authority } };
}

/** The same for the same URN, so that a second deployment finds the first one's resources. */
function inventedId(urn: string): string {
  return `lab-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}
