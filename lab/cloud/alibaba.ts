import { contains, parseBlock } from "mesh-access/addresses";
import { overlap } from "../../settings/ranges.js";
import { endpoints, urlOf } from "./endpoints.js";
import type { Item, Properties, World } from "./inventory.js";
import { all, at, list, named, type Reference, type Rules, text } from "./rules.js";

const [vpc, vswitch, nat, snat] = [
  "network:Network",
  "switch:Switch",
  "natGateway:NatGateway",
  "snatEntry:SnatEntry",
].map((type) => `alicloud:vpc/${type}`) as [string, string, string, string];
const [eip, association, group, groupRule] = ["eipAddress:EipAddress", "eipAssociation:EipAssociation"]
  .concat("securityGroup:SecurityGroup", "securityGroupRule:SecurityGroupRule")
  .map((type) => `alicloud:ecs/${type}`) as [string, string, string, string];
const project = "alicloud:log/project:Project";
const store = "alicloud:log/store:Store";
const balancer = "alicloud:nlb/loadBalancer:LoadBalancer";
const cluster = "alicloud:cs/managedKubernetes:ManagedKubernetes";
const pool = "alicloud:cs/nodePool:NodePool";
const mesh = "alicloud:servicemesh/serviceMesh:ServiceMesh";
const instance = "alicloud:rds/instance:Instance";

const reference =
  (type: string) =>
  (value: unknown): Reference => ({ type, value });
const block = (value: unknown) => parseBlock(text(value));

const nodesIn = (world: World, vpcId: unknown): boolean =>
  all(world, pool).some(({ inputs }) =>
    list(inputs["vswitchIds"]).some((id) => named(world, { type: vswitch, value: id })?.inputs["vpcId"] === vpcId),
  );

const natOf = (world: World, snatTableId: unknown): Item | undefined => named(world, { type: nat, value: snatTableId });

/** https://www.alibabacloud.com/help/en/ecs/user-guide/limits-1: rules of one basic security group. */
const mostRules = 200;

const networkRules: Rules = {
  [vpc]: {
    name: { key: "vpcName", pattern: /^[A-Za-z一-鿿].{0,127}$/ },
    replaces: ["cidrBlock"],
    refuses: ({ cidrBlock }) => {
      const allowed = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(block);
      const own = block(cidrBlock);
      const inside = own !== undefined && allowed.some((range) => range && contains(range, own));
      return inside ? undefined : "InvalidCidrBlock";
    },
  },
  [vswitch]: {
    replaces: ["vpcId", "zoneId", "cidrBlock"],
    needs: ({ vpcId }) => [reference(vpc)(vpcId)],
    refuses: ({ vpcId, cidrBlock }, world, id) => {
      const [own, outer] = [block(cidrBlock), block(named(world, reference(vpc)(vpcId))?.inputs["cidrBlock"])];
      if (own && outer && !contains(outer, own)) return "InvalidCidrBlock.Malformed: outside the VPC";
      const siblings = all(world, vswitch).filter((each) => each.inputs["vpcId"] === vpcId && each.id !== id);
      return siblings.some(({ inputs }) => overlap(text(inputs["cidrBlock"]), text(cidrBlock)))
        ? "InvalidCidrBlock.Overlapped"
        : undefined;
    },
  },
  [nat]: {
    replaces: ["vpcId", "vswitchId"],
    needs: ({ vpcId, vswitchId }) => [reference(vpc)(vpcId), reference(vswitch)(vswitchId)],
    reports: (_inputs, { id }) => ({ snatTableIds: id.replace("ngw-", "stb-") }),
  },
  [eip]: {
    refuses: ({ bandwidth, internetChargeType }) => {
      const most = internetChargeType === "PayByTraffic" ? 200 : 500;
      return Number(bandwidth ?? 5) <= most ? undefined : "InvalidBandwidth.ValueNotSupported";
    },
    reports: (_inputs, { number }) => ({ ipAddress: `192.0.2.${number}` }),
  },
  [association]: {
    replaces: ["allocationId", "instanceId"],
    needs: ({ allocationId, instanceId }) => [reference(eip)(allocationId), reference(nat)(instanceId)],
    keeps: ({ inputs }, world) => {
      const address = named(world, reference(eip)(inputs["allocationId"]))?.outputs["ipAddress"];
      const used = all(world, snat).some((entry) => entry.inputs["snatIp"] === address);
      return used ? "InvalidIpStatus.HasBeenUsedBySnatTable" : undefined;
    },
  },
  [snat]: {
    replaces: ["snatTableId", "sourceVswitchId"],
    needs: ({ snatTableId, sourceVswitchId, snatIp }) => [
      { type: nat, value: snatTableId },
      reference(vswitch)(sourceVswitchId),
      reference(eip)(snatIp),
    ],
    refuses: ({ snatIp, snatTableId }, world) => {
      const allocation = named(world, reference(eip)(snatIp))?.id;
      const bound = all(world, association).some(
        ({ inputs }) => inputs["allocationId"] === allocation && inputs["instanceId"] === natOf(world, snatTableId)?.id,
      );
      return bound ? undefined : "InvalidSnatIp: the address is not bound to the NAT gateway";
    },
    keeps: ({ inputs }, world) =>
      nodesIn(world, natOf(world, inputs["snatTableId"])?.inputs["vpcId"])
        ? "nodes of its VPC still pull images through it"
        : undefined,
  },
};

const groupRules: Rules = {
  [group]: { replaces: ["vpcId"], needs: ({ vpcId }) => [reference(vpc)(vpcId)] },
  [groupRule]: {
    replaces: ["securityGroupId", "type", "ipProtocol", "portRange", "cidrIp", "policy", "priority"],
    needs: ({ securityGroupId }) => [reference(group)(securityGroupId)],
    refuses: (inputs, world, id) => {
      const { securityGroupId } = inputs;
      const rules = all(world, groupRule).filter(
        (each) => each.inputs["securityGroupId"] === securityGroupId && each.id !== id,
      );
      if (rules.length >= mostRules) return "AuthorizationLimitExceed";
      const priority = Number(inputs["priority"] ?? 1);
      if (priority < 1 || priority > 100) return "InvalidPriority";
      const keys = ["type", "ipProtocol", "portRange", "cidrIp", "policy", "priority"];
      const same = rules.some((each) => keys.every((key) => each.inputs[key] === inputs[key]));
      return same ? "the same rule exists already: the group keeps one of both" : undefined;
    },
    keeps: ({ inputs }, world) =>
      all(world, pool).some((each) => list(each.inputs["securityGroupIds"]).includes(inputs["securityGroupId"]))
        ? "nodes of the group still need it"
        : undefined,
  },
  [balancer]: {
    replaces: ["vpcId", "addressType"],
    needs: ({ vpcId, securityGroupIds, zoneMappings }) => [
      reference(vpc)(vpcId),
      ...list(securityGroupIds).map(reference(group)),
      ...list(zoneMappings).map((zone) => reference(vswitch)(at(zone, "vswitchId"))),
    ],
    refuses: ({ zoneMappings }) =>
      list(zoneMappings).length >= 2 ? undefined : "IllegalParam.ZoneMappings: at least two zones",
    reports: ({ zoneMappings }) => {
      const region = text(at(zoneMappings, 0, "zoneId")).replace(/-[a-z]$/, "");
      return { dnsName: endpoints.ackPublic.host(region) };
    },
  },
  [project]: { name: { key: "projectName", pattern: /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/ }, replaces: ["projectName"] },
  [store]: { replaces: ["logstoreName"], needs: ({ projectName }) => [reference(project)(projectName)] },
  "alicloud:vpc/flowLog:FlowLog": {
    replaces: ["resourceId", "projectName"],
    needs: ({ resourceId, projectName }) => [reference(vpc)(resourceId), reference(project)(projectName)],
    refuses: ({ logStoreName, projectName }, world) =>
      all(world, store).some(
        (each) => each.inputs["logstoreName"] === logStoreName && each.inputs["projectName"] === projectName,
      )
        ? undefined
        : "LogStoreNotExist",
  },
};

const balancersOf = (inputs: Properties): string[] =>
  list(at(inputs, "controlPlaneEndpointsConfig", "loadBalancersConfigs"))
    .map((each) => text(at(each, "loadBalancerId")))
    .filter(Boolean);

const clusterRules: Rules = {
  [cluster]: {
    name: { key: "name", pattern: /^[A-Za-z0-9一-鿿][-\w一-鿿]{0,62}$/ },
    replaces: ["podVswitchIds", "serviceCidr", "securityGroupId", "controlPlaneEndpointsConfig"],
    needs: (inputs) => [
      ...list(inputs["vswitchIds"]).map(reference(vswitch)),
      ...list(inputs["podVswitchIds"]).map(reference(vswitch)),
      reference(group)(inputs["securityGroupId"]),
      ...balancersOf(inputs).map(reference(balancer)),
    ],
    refuses: ({ vswitchIds, serviceCidr }, world) => {
      const first = named(world, reference(vswitch)(list(vswitchIds)[0]));
      const range = named(world, reference(vpc)(first?.inputs["vpcId"]))?.inputs["cidrBlock"];
      return overlap(text(range), text(serviceCidr)) ? "ErrorServiceCidr: overlaps the VPC" : undefined;
    },
    // Of load balancers of ACK's own only: another's has its name from its own resource.
    reports: () => ({ connections: { apiServerInternet: "", apiServerIntranet: urlOf(endpoints.ackPrivate) } }),
    keeps: ({ inputs }) => (inputs["deletionProtection"] === true ? "DeletionProtectionEnabled" : undefined),
  },
  [pool]: {
    replaces: ["clusterId", "securityGroupIds"],
    needs: ({ clusterId, vswitchIds, securityGroupIds }) => [
      reference(cluster)(clusterId),
      ...list(vswitchIds).map(reference(vswitch)),
      ...list(securityGroupIds).map(reference(group)),
    ],
    refuses: ({ vswitchIds }, world) => {
      const translated = all(world, snat).map((entry) => entry.inputs["sourceVswitchId"]);
      const without = list(vswitchIds).find((id) => !translated.includes(id));
      return without === undefined ? undefined : `Nodes did not join: ${text(without)} has no way to pull images`;
    },
  },
  [mesh]: {
    replaces: ["network", "loadBalancer", "edition"],
    needs: ({ clusterIds, network }) => [
      ...list(clusterIds).map(reference(cluster)),
      reference(vpc)(at(network, "vpcId")),
      reference(vswitch)(at(network, "vswitcheList")),
    ],
    refuses: ({ clusterIds, clusterSpec, meshConfig }, world) => {
      const hasNodes = all(world, pool).some((each) => list(clusterIds).includes(each.inputs["clusterId"]));
      if (!hasNodes) return "the cluster has no nodes";
      const cni = at(meshConfig, "sidecarInjector", "initCniConfiguration", "enabled") === true;
      return cni && clusterSpec === "standard" ? "the CNI plug-in is not in the standard edition" : undefined;
    },
  },
};

/** https://www.alibabacloud.com/help/en/rds: the end of an instance type says which edition it is of. */
const editions: [end: RegExp, category: string][] = [
  [/\.1m?$/, "Basic"],
  [/\.2[cm]$/, "HighAvailability"],
  [/\.xc$/, "cluster"],
];

const databaseRules: Rules = {
  [instance]: {
    replaces: ["engine", "vswitchId", "zoneId"],
    needs: ({ vswitchId }) => [reference(vswitch)(vswitchId)],
    refuses: ({ instanceType, category, vswitchId, zoneId, instanceStorage }, world) => {
      const edition = editions.find(([end]) => end.test(text(instanceType)))?.[1];
      if (category !== edition)
        return `InvalidDBInstanceClass.ValueNotSupported: ${text(instanceType)} is ${String(edition)}`;
      if (Number(instanceStorage) % 5 !== 0) return "InvalidStorage.Format";
      const own = named(world, reference(vswitch)(vswitchId))?.inputs["zoneId"];
      return own === zoneId ? undefined : "InvalidVSwitchId: of another zone";
    },
    reports: ({ engine }, { id }) => ({
      connectionString: `${id}.${engine === "MySQL" ? "mysql" : "pg"}.rds.aliyuncs.com`,
    }),
    keeps: ({ inputs }) => (inputs["deletionProtection"] === true ? "OperationDenied.DeletionProtection" : undefined),
  },
  "alicloud:rds/account:Account": {
    replaces: ["accountName", "dbInstanceId"],
    needs: ({ dbInstanceId }) => [reference(instance)(dbInstanceId)],
    refuses: ({ accountName }) =>
      /^[a-z][a-z0-9_]{0,30}[a-z0-9]$/.test(text(accountName)) ? undefined : "InvalidAccountName.Malformed",
  },
  "alicloud:rds/whitelistTemplate:WhitelistTemplate": {},
};

/** What Alibaba Cloud accepts, reports and refuses, by type. */
export const alibaba: Rules = { ...networkRules, ...groupRules, ...clusterRules, ...databaseRules };

/** What the ids of a type begin with. */
export const idPrefixes: Record<string, string> = {
  [vpc]: "vpc",
  [vswitch]: "vsw",
  [nat]: "ngw",
  [eip]: "eip",
  [group]: "sg",
  [instance]: "rm",
  [balancer]: "nlb",
};
