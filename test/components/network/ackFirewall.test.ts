import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AckFirewall, ackFirewallRules } from "../../../components/network/ackFirewall.js";
import { firewallTargets } from "../../../components/network/cloudFirewall.js";
import { recordStack } from "../recordedStack.js";

const rds = { name: "rds", ranges: ["10.9.0.0/24"], port: 3306, throughGateway: true };
const rulesFor = (...databases: Parameters<typeof firewallTargets>[0]) => ackFirewallRules(firewallTargets(databases));

describe("AckFirewall", () => {
  it("lets the gateway's group to a database, and drops it for the nodes' group", () => {
    const rules = rulesFor(rds);
    assert.equal(rules["10-9-0-0-24-3306-gateway"]?.group, "gateway");
    assert.equal(rules["10-9-0-0-24-3306-gateway"]?.policy, "accept");
    assert.equal(rules["10-9-0-0-24-3306-others"]?.group, "nodes");
    assert.equal(rules["10-9-0-0-24-3306-others"]?.policy, "drop");
  });

  it("refuses before the rule that lets nodes fetch images over TLS", () => {
    const [rule] = Object.values(rulesFor({ ...rds, port: 443 })).filter(({ policy }) => policy === "drop");
    assert.ok(Number(rule?.priority) < 50, "the cluster's own rules stand at 50");
  });

  it("opens nothing to nodes when the database may be anywhere: their last rule drops it", () => {
    const rules = rulesFor({ ...rds, ranges: undefined });
    assert.deepEqual(
      Object.values(rules).map(({ group, cidrIp }) => `${group} ${cidrIp}`),
      ["gateway 0.0.0.0/0"],
    );
  });

  it("opens a database to nodes that is dialled without the gateway", () => {
    const rules = Object.values(rulesFor({ ...rds, throughGateway: false }));
    assert.deepEqual(
      rules.map(({ group, policy }) => `${group} ${policy}`),
      ["nodes accept"],
    );
  });

  it("puts each rule into the group it is for, on the private network", async () => {
    const network = {
      cloud: "ack" as const,
      region: "cn-hangzhou",
      vpcId: pulumi.output("vpc"),
      nodeSecurityGroupId: pulumi.output("sg-nodes"),
      gatewaySecurityGroupId: pulumi.output("sg-gateway"),
      gatewayRanges: [],
      gatewayAddresses: pulumi.output([]),
    };
    const { one } = await recordStack(() => new AckFirewall("prod-firewall", { network, databases: [rds] }));
    const { securityGroupId, nicType } = one("prod-firewall-10-9-0-0-24-3306-others").inputs;
    assert.deepEqual([securityGroupId, nicType], ["sg-nodes", "intranet"]);
    assert.equal(one("prod-firewall-10-9-0-0-24-3306-gateway").inputs.securityGroupId, "sg-gateway");
  });
});
