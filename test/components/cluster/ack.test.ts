import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AckCluster, gatewayEniConfig, type AckClusterArgs } from "../../../components/cluster/ack.js";
import { addresses, alibabaCloud } from "../alibabaCloud.js";
import { recordStack, type Registered, valueOf } from "../recordedStack.js";

const zone = (letter: string, index: number) => ({
  zone: `cn-hangzhou-${letter}`,
  nodes: `10.0.${index}.0/24`,
  pods: `10.64.${index * 16}.0/20`,
  gateway: `10.65.${index}.0/24`,
  databases: `10.1.${index}.0/24`,
});

const args: AckClusterArgs = {
  region: "cn-hangzhou",
  endpoint: "public",
  authorizedNetworks: [{ name: "office", range: "203.0.113.0/24" }],
  zones: [zone("i", 0), zone("j", 1)],
  nodePool: { instanceTypes: ["ecs.g7.xlarge"] },
  gatewayPool: { instanceTypes: ["ecs.c7.large"] },
};

const cloud = { ...alibabaCloud, "alicloud:ecs/eipAddress:EipAddress": { ipAddress: "203.0.113.7" } };

const create = (changed: Partial<AckClusterArgs> = {}) =>
  recordStack(() => new AckCluster("prod", { ...args, ...changed }), cloud);

/** In a VPC that existed before. */
const inside: Partial<AckClusterArgs> = { endpoint: "private", authorizedNetworks: [], vpcId: "vpc-1" };

const rules = (registered: Registered[], group: string) =>
  registered
    .filter(({ type, inputs }) => type.endsWith(":SecurityGroupRule") && inputs.securityGroupId === `${group}-id`)
    .map(({ inputs }) => inputs);

describe("AckCluster", () => {
  let plain: Awaited<ReturnType<typeof create>>;
  before(async () => {
    plain = await create();
  });

  it("lets the networks that are named, and no other, reach a public API server", () => {
    const { one, registered } = plain;
    const { inputs } = one("prod-api-server-balancer");
    assert.equal(inputs.addressType, "Internet");
    assert.deepEqual(inputs.securityGroupIds, ["prod-api-server-group-id"]);
    const admitted = rules(registered, "prod-api-server-group").sort((a, b) => Number(a.priority) - Number(b.priority));
    assert.deepEqual(
      admitted.map(({ type, cidrIp, portRange, policy }) => [type, cidrIp, portRange, policy]),
      [
        ["ingress", "203.0.113.0/24", "6443/6443", "accept"],
        ["ingress", "0.0.0.0/0", "6443/6443", "drop"],
      ],
    );
    // Priority 1 is the balancer's own for health checks, and 100 its own rule that admits everybody.
    assert.ok(admitted.every(({ priority }) => Number(priority) > 1 && Number(priority) < 100));
    for (const rule of ["prod-api-server-group-203.0.113.0-24", "prod-api-server-group-rest"])
      assert.ok(one("prod-api-server-balancer").dependsOn.includes(rule), rule);
  });

  it("lets those networks through to the control plane, for such a load balancer keeps the client's address", async () => {
    const outside = (registered: Registered[], group: string) =>
      rules(registered, group)
        .filter(({ type, cidrIp }) => type === "ingress" && !/^10\.|^100\.64\./.test(String(cidrIp)))
        .map(({ cidrIp, portRange, policy }) => [cidrIp, portRange, policy]);
    const { registered } = plain;
    assert.deepEqual(outside(registered, "prod-vpc-nodes-group"), [["203.0.113.0/24", "6443/6443", "accept"]]);
    assert.deepEqual(outside(registered, "prod-vpc-gateway-group"), []);
    assert.deepEqual(outside((await create(inside)).registered, "prod-vpc-nodes-group"), []);
  });

  it("puts the API server behind that load balancer, and behind no public address that ACK would make", () => {
    const { inputs } = plain.one("prod-cluster");
    assert.equal(inputs.slbInternetEnabled, false);
    assert.deepEqual(inputs.controlPlaneEndpointsConfig, {
      loadBalancersConfigs: [
        { endpointType: "private" },
        { endpointType: "public", loadBalancerId: "prod-api-server-balancer-id" },
      ],
    });
    assert.equal(inputs.customSan, "nlb-1.cn-hangzhou.nlb.aliyuncsslb.com");
  });

  it("keeps the API server inside a VPC from which the program runs", async () => {
    const { one, ofType } = await create(inside);
    assert.equal(one("prod-cluster").inputs.slbInternetEnabled, false);
    assert.equal(one("prod-cluster").inputs.controlPlaneEndpointsConfig, undefined);
    assert.deepEqual(ofType("alicloud:nlb/loadBalancer:LoadBalancer"), []);
  });

  it("dials the endpoint that is open, whichever address the cloud hands out", async () => {
    const dialled = async (changed: Partial<AckClusterArgs>, computed: object = {}) => {
      const { made } = await recordStack(() => new AckCluster("prod", { ...args, ...changed }), {
        ...cloud,
        ...computed,
      });
      const { clusters, users } = JSON.parse(await valueOf(made.kubeconfig)) as {
        clusters: { cluster: Record<string, string> }[];
        users: { name: string }[];
      };
      assert.equal(clusters[0]?.cluster["certificate-authority-data"], "authority");
      assert.equal(users[0]?.name, "2547");
      return clusters[0]?.cluster["server"];
    };
    assert.equal(await dialled({}), addresses.cluster.apiServerInternet);
    assert.equal(await dialled(inside), addresses.cluster.apiServerIntranet);
    const unreported = {
      "alicloud:cs/managedKubernetes:ManagedKubernetes": { connections: { apiServerInternet: "" } },
    };
    assert.equal(await dialled({}, unreported), "https://nlb-1.cn-hangzhou.nlb.aliyuncsslb.com:6443");
  });

  it("refuses an API server that nothing could reach to finish the same `up`, or that everybody could", async () => {
    await assert.rejects(
      create({ endpoint: "private", authorizedNetworks: [] }),
      /endpoint: answers only inside a VPC that this stack creates[^]*vpcId/,
    );
    await assert.rejects(create({ authorizedNetworks: [] }), /endpoint: has a public address that admits no network/);
  });

  it("brings its own NAT", () => {
    assert.equal(plain.one("prod-cluster").inputs.newNatGateway, false);
  });

  it("enforces NetworkPolicy with Terway, whose switches are strings", () => {
    const { one } = plain;
    const addons = one("prod-cluster").inputs.addons as { name: string; config: string }[];
    const terway = addons.find(({ name }) => name === "terway-eniip");
    assert.equal(JSON.parse(String(terway?.config)).NetworkPolicy, "true");
    assert.equal(one("prod-cluster").inputs.podCidr, undefined, "podCidr belongs to Flannel");
    assert.deepEqual(one("prod-cluster").inputs.podVswitchIds, [
      "prod-vpc-pods-cn-hangzhou-i-id",
      "prod-vpc-pods-cn-hangzhou-j-id",
    ]);
  });

  it("keeps the kubeconfig secret, and its renewal from replacing anything", async () => {
    const { made, one } = plain;
    assert.equal(await pulumi.isSecret(made.kubeconfig), true);
    assert.equal(one("prod-provider").inputs.clusterIdentifier, "prod-cluster-id");
  });

  it("sets gateway nodes apart: taint, label, vSwitches and security group of their own", () => {
    const { one, made } = plain;
    const { inputs } = one("prod-gateway-nodes");
    // NoSchedule alone lets in a pod that names its node.
    assert.deepEqual(
      inputs.taints,
      ["NoSchedule", "NoExecute"].map((effect) => ({ key: "mesh-egress/gateway-node", value: "true", effect })),
    );
    assert.deepEqual(
      made.gatewayNodes.tolerations.map(({ effect }) => effect),
      ["NoSchedule", "NoExecute"],
    );
    assert.deepEqual(inputs.vswitchIds, ["prod-vpc-gateway-cn-hangzhou-i-id", "prod-vpc-gateway-cn-hangzhou-j-id"]);
    assert.deepEqual(inputs.securityGroupIds, ["prod-vpc-gateway-group-id"]);
    assert.deepEqual(one("prod-nodes").inputs.securityGroupIds, ["prod-vpc-nodes-group-id"]);
    assert.deepEqual(made.gatewayNodes.nodeSelector, { "mesh-egress/gateway-node": "true" });
  });

  it("gives the gateway's pods the gateway's addresses, before the first gateway node joins", () => {
    const { one } = plain;
    const data = one("prod-gateway-terway").inputs.data as { eni_conf: string };
    assert.deepEqual(JSON.parse(data.eni_conf), {
      vswitches: {
        "cn-hangzhou-i": ["prod-vpc-gateway-cn-hangzhou-i-id"],
        "cn-hangzhou-j": ["prod-vpc-gateway-cn-hangzhou-j-id"],
      },
      security_group: "prod-vpc-gateway-group-id",
    });
    assert.ok(one("prod-gateway-nodes").dependsOn.includes("prod-gateway-terway"));
    assert.equal(gatewayEniConfig({}, "sg"), '{"vswitches":{},"security_group":"sg"}');
  });

  it("sends the gateway to the Internet from an address that no other pod has", () => {
    const { registered } = plain;
    const snat = registered.filter(({ type }) => type.endsWith(":SnatEntry"));
    assert.equal(snat.length, 6);
    const eips = registered.filter(({ type }) => type.endsWith(":EipAddress")).map(({ name }) => name);
    assert.deepEqual(eips, ["prod-vpc-nodes-address", "prod-vpc-gateway-address"]);
  });

  it("lets no node out of the cluster's ranges except for images and the cloud's own services", () => {
    const { registered } = plain;
    for (const group of ["prod-vpc-nodes-group", "prod-vpc-gateway-group"]) {
      const out = rules(registered, group).filter(({ type, policy }) => type === "egress" && policy === "accept");
      const beyond = out.filter(({ cidrIp }) => !/^10\.(0|64|65)\./.test(String(cidrIp)));
      assert.deepEqual(beyond.map(({ cidrIp, portRange }) => `${cidrIp} ${portRange}`).sort(), [
        "0.0.0.0/0 443/443",
        "100.64.0.0/10 -1/-1",
      ]);
      const drop = rules(registered, group).find(({ policy }) => policy === "drop");
      assert.deepEqual([drop?.type, drop?.cidrIp, drop?.priority], ["egress", "0.0.0.0/0", 100]);
    }
  });

  it("gives every node encrypted disks and metadata that pods cannot borrow", () => {
    const { ofType } = plain;
    for (const { inputs } of ofType("alicloud:cs/nodePool:NodePool")) {
      assert.equal(inputs.systemDiskEncrypted, true);
      assert.deepEqual(inputs.instanceMetadataOptions, { httpTokens: "required" });
    }
  });

  it("gives both public addresses the bandwidth of databases, where the cloud would give 5 Mbit/s", async () => {
    const bandwidths = async (changed: Partial<AckClusterArgs>) =>
      (await create(changed)).ofType("alicloud:ecs/eipAddress:EipAddress").map(({ inputs }) => inputs.bandwidth);
    assert.deepEqual(await bandwidths({}), ["200", "200"]);
    assert.deepEqual(await bandwidths({ natBandwidthMbps: 50 }), ["50", "50"]);
  });

  it("upgrades control plane and nodes together: both by themselves, or both by a version that is written", async () => {
    const upgrades = async (changed: Partial<AckClusterArgs>) => {
      const { one, ofType } = await create(changed);
      const { operationPolicy, maintenanceWindow } = one("prod-cluster").inputs as {
        operationPolicy: { clusterAutoUpgrade: { enabled: boolean } };
        maintenanceWindow: object;
      };
      const pools = ofType("alicloud:cs/nodePool:NodePool").map(
        ({ inputs }) => (inputs.management as { autoUpgrade: boolean }).autoUpgrade,
      );
      return { control: operationPolicy.clusterAutoUpgrade.enabled, pools, maintenanceWindow };
    };
    const itself = await upgrades({});
    assert.deepEqual([itself.control, itself.pools], [true, [true, true]]);
    const { maintenanceWindow, control, pools } = await upgrades({
      version: "1.35.1-aliyun.1",
      maintenance: { weekday: "Sunday", start: "01:30" },
    });
    assert.deepEqual([control, pools], [false, [false, false]]);
    assert.deepEqual(maintenanceWindow, {
      enable: true,
      maintenanceTime: "2025-01-01T01:30:00.000+08:00",
      duration: "3h",
      weeklyPeriod: "Sunday",
    });
  });

  it("changes nothing that stands in the VPC when a zone is added", async () => {
    const before = plain;
    const after = await create({ zones: [...args.zones, zone("k", 2)] });
    for (const { type, name, inputs } of before.registered.filter(({ parent }) => parent === "prod-vpc"))
      assert.deepEqual(after.one(name).inputs, inputs, `${type} ${name}`);
  });

  it("refuses ranges that lie in the wrong place, all of them at once", async () => {
    await assert.rejects(
      create({ zones: [{ ...zone("i", 0), gateway: "10.200.0.0/24", databases: "10.64.0.0/24" }] }),
      /zones\[0\]\.gateway: does not lie in podCidr[^]*zones\[0\]\.databases: shares addresses with podCidr/,
    );
  });
});
