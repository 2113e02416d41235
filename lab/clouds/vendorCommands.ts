/**
 * Commands of the vendors' command lines that the clouds' pages show, as their references have them:
 * https://docs.cloud.google.com/sdk/gcloud/reference, and https://github.com/aliyun/aliyun-openapi-meta for the parameters of
 * Alibaba Cloud's operations.
 */

interface Shape {
  /** How many arguments stand beside the flags. */
  positional?: number;
  flags?: readonly string[];
  /** Flags without which the vendor refuses the command. */
  required?: readonly string[];
}

const listing: Shape = { flags: ["project", "format", "filter", "limit"] };

const gcloud: Record<string, Shape> = {
  "auth login": {},
  "auth application-default login": {},
  "components install": { positional: 1 },
  "services enable": { positional: Infinity, flags: ["project"] },
  "kms keys add-iam-policy-binding": {
    positional: 1,
    flags: ["keyring", "location", "project"],
    required: ["role", "member"],
  },
  "projects describe": { positional: 1, flags: ["format"] },
  "compute regions describe": { positional: 1, flags: ["project", "flatten", "format"] },
  "compute networks peerings list": { flags: ["project", "network", "format"] },
  "compute networks peerings delete": { positional: 1, flags: ["project"], required: ["network"] },
  "compute forwarding-rules list": listing,
  "compute disks list": listing,
  "compute addresses list": { flags: ["project", "global", "format"] },
  "compute network-endpoint-groups list": listing,
  "container clusters get-credentials": { positional: 1, flags: ["region", "project", "dns-endpoint"] },
  "container clusters describe": { positional: 1, flags: ["region", "project", "format"] },
  "container get-server-config": { flags: ["region", "project", "flatten", "filter", "format"] },
  "container fleet memberships list": listing,
  "logging read": { positional: 1, flags: ["project", "limit", "format"] },
};

const region = ["RegionId"];

const aliyun: Record<string, Shape> = {
  configure: {},
  "cs OpenAckService": { flags: ["type"] },
  "cs GET /api/v1/clusters": { flags: ["name"] },
  "cs GET /clusters/*": {},
  "cs GET /k8s/*/user_config": { flags: ["TemporaryDurationMinutes", "PrivateIpAddress"] },
  "sls OpenSlsService": {},
  "sls ListProject": { flags: ["projectName"] },
  "vpc OpenFlowLogService": { required: region },
  "vpc CreateVpc": { flags: ["CidrBlock", "VpcName"], required: region },
  "vpc CreateVSwitch": { flags: region, required: ["CidrBlock", "VpcId", "ZoneId"] },
  "vpc DescribeEipAddresses": { required: region },
  "resourcemanager CreateServiceLinkedRole": { required: ["ServiceName"] },
  "quotas ListProductQuotas": { required: ["ProductCode"] },
  "ecs CreateSecurityGroup": { flags: ["VpcId"], required: region },
  "ecs RunInstances": {
    flags: [
      ...["ZoneId", "VSwitchId", "SecurityGroupId", "InstanceType", "ImageFamily"],
      ...["SystemDisk.Category", "InternetMaxBandwidthOut", "InternetChargeType"],
    ],
    required: region,
  },
  "ecs DescribeDisks": { flags: ["Status"], required: region },
  "rds DescribeDBInstances": { required: region },
  "rds DescribeDBInstanceNetInfo": { required: ["DBInstanceId"] },
  "rds DescribeAvailableClasses": {
    flags: ["InstanceChargeType"],
    required: [...region, "ZoneId", "Engine", "EngineVersion", "DBInstanceStorageType", "Category"],
  },
  "slb DescribeLoadBalancers": { required: region },
  "slb CreateAccessControlList": { required: [...region, "AclName"] },
  "slb AddAccessControlListEntry": { flags: ["AclId", "AclEntrys"], required: region },
  "slb SetLoadBalancerTCPListenerAttribute": {
    flags: ["RegionId", "AclStatus", "AclType", "AclId"],
    required: ["LoadBalancerId", "ListenerPort"],
  },
  "nlb ListLoadBalancers": { flags: region },
  "servicemesh DescribeServiceMeshes": {},
  "servicemesh DescribeServiceMeshDetail": { required: ["ServiceMeshId"] },
  "servicemesh UpdateMeshFeature": { flags: ["DNSProxyingEnabled"], required: ["ServiceMeshId"] },
};

const references = { gcloud, aliyun };
export type VendorCommand = keyof typeof references;

/** A command as its reference knows it. */
export interface Understood {
  /** The words that name it. */
  name: string;
  positional: string[];
  flags: Record<string, string>;
}

/**
 * Reads a command's arguments.
 *
 * @throws Error when the reference has no such command, flag or number of arguments, or a required flag is missing
 */
export function understood(program: VendorCommand, args: readonly string[]): Understood {
  const { words, flags } = split(args);
  const reference: Record<string, Shape> = references[program];
  const name = Object.keys(reference)
    .filter((each) => begins(words, each.split(" ")))
    .sort((a, b) => b.length - a.length)[0];
  const shape = name === undefined ? undefined : reference[name];
  if (name === undefined || !shape) throw new Error(`${program}: no command ${words.slice(0, 4).join(" ")}`);
  const { positional: most = 0, flags: optional = [], required = [] } = shape;
  const positional = words.slice(name.split(" ").length);
  if (positional.length > most || (most === 1 && positional.length === 0))
    throw new Error(`${program} ${name}: ${positional.length} arguments`);
  const given = Object.keys(flags);
  const [odd] = given.filter((flag) => !optional.includes(flag) && !required.includes(flag));
  if (odd) throw new Error(`${program} ${name}: no flag --${odd}`);
  const [missing] = required.filter((flag) => !given.includes(flag));
  if (missing) throw new Error(`${program} ${name}: --${missing} is missing`);
  return { name, positional, flags };
}

function begins(words: string[], name: string[]): boolean {
  return name.every((part, index) => new RegExp(`^${part.replaceAll("*", "[^/]*")}$`).test(words[index] ?? ""));
}

/** Switches take no value; every other flag takes the word after it. */
const switches = ["dns-endpoint", "global"];

function split(args: readonly string[]): { words: string[]; flags: Record<string, string> } {
  const words: string[] = [];
  const flags: Record<string, string> = {};
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    const [flag = "", value] = arg.startsWith("--") ? arg.slice(2).split(/=(.*)/s) : [];
    if (!flag) words.push(arg);
    else flags[flag] = value ?? (switches.includes(flag) ? "true" : (args[++index] ?? ""));
  }
  return { words, flags };
}
