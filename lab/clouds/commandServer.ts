import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { endpoints, urlOf } from "../cloud/endpoints.js";
import type { Inventory, Item } from "../cloud/inventory.js";
import { all, text } from "../cloud/rules.js";
import { understood, type Understood, type VendorCommand } from "./vendorCommands.js";

/** Stand-ins for the vendors' command lines, in a folder for the PATH. */
export interface VendorCommands {
  readonly folder: string;
  /** Commands that were understood, in their order. */
  readonly heard: readonly string[];
  close(): void;
}

interface Cloud {
  inventory: Inventory;
  /** A kubeconfig of the cluster at an address. */
  kubeconfig(server: string, how: "token" | "plugin"): string;
  /** The command that asks the API server. */
  kubectl: string;
}

/**
 * Starts `gcloud` and `aliyun`, which refuse what the vendors' references do not have and answer from the inventory; `docker`
 * and the session manager, which do nothing; and `kubectl`, whose `run` asks the API server whether it would take the pod.
 */
export async function startVendorCommands(at: string, cloud: Cloud): Promise<VendorCommands> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const [program, args] = JSON.parse(body) as [VendorCommand, string[]];
      try {
        const command = understood(program, args);
        heard.push(`${program} ${command.name}`);
        response.end(JSON.stringify({ output: answer(program, command, cloud) }));
      } catch (error) {
        response.end(JSON.stringify({ error: (error as Error).message }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = join(at, "bin");
  await mkdir(folder, { recursive: true });
  const { port } = server.address() as AddressInfo;
  const scripts = {
    gcloud: asking(port),
    aliyun: asking(port),
    docker: "#!/bin/sh\n",
    "ali-instance-cli": "#!/bin/sh\n",
    kubectl: dryRunning(cloud.kubectl),
  };
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }
  return { folder, heard, close: () => void server.close() };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request) body += String(part);
  return body;
}

const asking = (port: number): string => `#!/usr/bin/env node
const [, file, ...args] = process.argv;
const body = JSON.stringify([file.split("/").pop(), args]);
fetch("http://127.0.0.1:${port}", { method: "POST", body })
  .then((response) => response.json())
  .then(({ output, error }) => {
    if (error) console.error(error);
    if (output?.file) require("fs").writeFileSync(process.env.KUBECONFIG, output.file);
    else if (output) console.log(typeof output === "string" ? output : JSON.stringify(output));
    process.exitCode = error ? 1 : 0;
  });
`;

/** Pods do not run on nodes that are invented; whether one is admitted the API server says. */
const dryRunning = (kubectl: string): string => `#!/bin/bash
[[ " $* " == *" run "* ]] || exec ${kubectl} "$@"
args=()
for arg in "$@"; do
  [[ $arg == -- ]] && break
  [[ $arg == --rm || $arg == -it ]] || args+=("$arg")
done
exec ${kubectl} "\${args[@]}" --dry-run=server -o name
`;

function answer(program: VendorCommand, command: Understood, cloud: Cloud): unknown {
  return (program === "gcloud" ? ofGoogle : ofAlibaba)(command, cloud);
}

function ofGoogle({ name, positional, flags }: Understood, { inventory, kubeconfig }: Cloud): unknown {
  const world = inventory.read();
  switch (name) {
    case "projects describe":
      return "123456789012";
    case "container clusters get-credentials": {
      const found = all(world, "gcp:container/cluster:Cluster").find(({ inputs }) => inputs["name"] === positional[0]);
      if (!found || found.inputs["location"] !== flags["region"]) throw new Error("No such cluster");
      if (!flags["dns-endpoint"]) throw new Error("The cluster has no address that is open");
      return { file: kubeconfig(urlOf(endpoints.gkeDns, endpoints.gkeDns.host(flags["region"] ?? "")), "plugin") };
    }
    case "compute networks peerings delete":
      inventory.change((each) => void (each.peerings = []));
      return "";
    default:
      return "";
  }
}

/** What the pages' commands take from an answer. What was made before the stack, and by nobody, is not listed. */
function ofAlibaba({ name, flags }: Understood, { inventory, kubeconfig }: Cloud): unknown {
  const world = inventory.read();
  const instances = all(world, "alicloud:rds/instance:Instance");
  const meshes = all(world, "alicloud:servicemesh/serviceMesh:ServiceMesh");
  const clusters = all(world, "alicloud:cs/managedKubernetes:ManagedKubernetes");
  const answers: Record<string, () => unknown> = {
    "cs GET /api/v1/clusters": () => ({
      clusters: clusters.filter(({ inputs }) => inputs["name"] === flags["name"]).map(({ id }) => ({ cluster_id: id })),
    }),
    "cs GET /k8s/*/user_config": () => ({
      config: kubeconfig(urlOf(endpoints.ackPublic, endpoints.ackPublic.host("cn-hangzhou")), "token"),
    }),
    "rds DescribeDBInstances": () => ({ Items: { DBInstance: instances.map(({ id }) => ({ DBInstanceId: id })) } }),
    "rds DescribeDBInstanceNetInfo": () => netInfo(instances.find(({ id }) => id === flags["DBInstanceId"])),
    "rds DescribeAvailableClasses": () => ({ DBInstanceClasses: [{ DBInstanceClass: "mysql.n2.medium.2c" }] }),
    "servicemesh DescribeServiceMeshes": () => ({
      ServiceMeshes: meshes.map(({ id, inputs }) => ({
        ServiceMeshInfo: { ServiceMeshId: id, Name: inputs["serviceMeshName"] },
      })),
    }),
    "servicemesh DescribeServiceMeshDetail": () => ({
      ServiceMesh: { Spec: { LoadBalancer: { ApiServerLoadbalancerId: "lb-1" } } },
    }),
    "vpc CreateVpc": () => ({ VpcId: "vpc-1" }),
    "vpc CreateVSwitch": () => ({ VSwitchId: "vsw-1" }),
    "vpc DescribeEipAddresses": () => ({ EipAddresses: { EipAddress: [] } }),
    "ecs CreateSecurityGroup": () => ({ SecurityGroupId: "sg-1" }),
    "ecs RunInstances": () => ({ InstanceIdSets: { InstanceIdSet: ["i-1"] } }),
    "ecs DescribeDisks": () => ({ Disks: { Disk: [] } }),
    "slb CreateAccessControlList": () => ({ AclId: "acl-1" }),
    "slb DescribeLoadBalancers": () => ({ LoadBalancers: { LoadBalancer: [] } }),
    "nlb ListLoadBalancers": () => ({ LoadBalancers: [] }),
    "sls ListProject": () => ({ projects: [] }),
  };
  return answers[name]?.() ?? "";
}

function netInfo(item: Item | undefined): object {
  if (!item) throw new Error("InvalidDBInstanceId.NotFound");
  return { DBInstanceNetInfos: { DBInstanceNetInfo: [{ ConnectionString: text(item.outputs["connectionString"]) }] } };
}
