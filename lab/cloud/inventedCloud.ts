import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import type {
  CreateResult,
  DiffResult,
  InvokeResult,
  Provider,
  UpdateResult,
} from "@pulumi/pulumi/provider/provider.js";

/** Inputs and outputs as the engine sends them. */
type Properties = Record<string, unknown>;

/**
 * Stands in for the providers of Google Cloud and Alibaba Cloud. A resource is "created" with an id made of its URN and
 * with outputs equal to its inputs, plus those that other resources read. A cluster or mesh that comes out of it is the
 * lab's own API server.
 */
export class InventedCloud implements Provider {
  /** @param kubeconfig of the lab's API server */
  constructor(private readonly kubeconfig: string) {}

  async diff(id: string, urn: string, before: Properties, inputs: Properties): Promise<DiffResult> {
    return { changes: !isDeepStrictEqual(before, this.outputs(urn, id, inputs)) };
  }

  async create(urn: string, inputs: Properties): Promise<CreateResult> {
    // The same for the same URN, so that a second deployment finds the first one's resources.
    const id = `lab-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
    return { id, outs: this.outputs(urn, id, inputs) };
  }

  async update(id: string, urn: string, _before: Properties, inputs: Properties): Promise<UpdateResult> {
    return { outs: this.outputs(urn, id, inputs) };
  }

  async invoke(token: string, args: Properties): Promise<InvokeResult> {
    const answer = this.answers()[token];
    if (!answer)
      throw new Error(`The lab's cloud has no function ${token}. Add its answer to lab/cloud/inventedCloud.ts.`);
    return { outputs: { ...args, id: "lab", ...answer } };
  }

  private outputs(urn: string, id: string, inputs: Properties): Properties {
    const type = urn.split("::").at(-2)?.split("$").at(-1) ?? "";
    return { ...this.made(id)[type], ...inputs };
  }

  /** What the functions return that components call, by token. */
  private answers(): Record<string, Properties> {
    const { server } = this.apiServer();
    return {
      "alicloud:cs/getClusterCredential:getClusterCredential": { kubeConfig: this.kubeconfig },
      "alicloud:servicemesh/getServiceMeshes:getServiceMeshes": {
        meshes: [{ endpoints: [{ publicApiServerEndpoint: server, intranetApiServerEndpoint: server }] }],
      },
    };
  }

  /** Outputs that are not inputs and that components read, by resource type. */
  private made(id: string): Record<string, Properties> {
    const { server } = this.apiServer();
    return {
      "alicloud:cs/managedKubernetes:ManagedKubernetes": {
        connections: { apiServerInternet: server, apiServerIntranet: server },
      },
      "alicloud:servicemesh/serviceMesh:ServiceMesh": { kubeconfig: this.kubeconfig },
      "alicloud:rds/instance:Instance": { connectionString: `${id}.mysql.rds.aliyuncs.com`, port: "3306" },
      "alicloud:ecs/eipAddress:EipAddress": { ipAddress: "203.0.113.10" },
      "gcp:container/cluster:Cluster": this.clusterAccess(),
      "gcp:compute/address:Address": { address: "203.0.113.20" },
      "gcp:sql/databaseInstance:DatabaseInstance": {
        privateIpAddress: "203.0.113.30",
        connectionName: `lab:lab:${id}`,
      },
    };
  }

  /** The outputs by which a program reaches a GKE cluster. */
  private clusterAccess(): Properties {
    const { server, caFile } = this.apiServer();
    const authority = readFileSync(caFile).toString("base64");
    return { endpoint: new URL(server).host, masterAuth: { clusterCaCertificate: authority } };
  }

  private apiServer(): { server: string; caFile: string } {
    const config = new KubeConfig();
    config.loadFromString(this.kubeconfig);
    const { server = "", caFile = "" } = config.getCurrentCluster() ?? {};
    return { server, caFile };
  }
}
