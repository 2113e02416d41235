import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { firewallTargets } from "../../../components/network/cloudFirewall.js";
import { GkeFirewall, gkeFirewallRules } from "../../../components/network/gkeFirewall.js";
import { recordStack } from "../recordedStack.js";

const tags = { nodeTag: "prod-node", gatewayTag: "prod-gateway", clusterRanges: ["10.0.0.0/20", "10.64.0.0/14"] };
const rds = { name: "rds", ranges: ["10.9.0.0/24"], port: 3306, throughGateway: true };
const rulesFor = (...databases: Parameters<typeof firewallTargets>[0]) =>
  gkeFirewallRules({ targets: firewallTargets(databases), network: tags, logDenied: true });

describe("GkeFirewall", () => {
  it("lets gateway nodes to a database before it refuses every node", () => {
    const rules = rulesFor(rds);
    const [gateway, others] = [rules["10-9-0-0-24-3306-gateway"], rules["10-9-0-0-24-3306-others"]];
    assert.deepEqual([gateway?.targetTags, others?.targetTags], [["prod-gateway"], ["prod-node"]]);
    assert.deepEqual(gateway?.allows, others?.denies);
    assert.ok(Number(gateway?.priority) < Number(others?.priority), "the smaller number wins");
  });

  it("keeps a database port open between the cluster's own pods when the database may be anywhere", () => {
    const rules = rulesFor({ ...rds, ranges: undefined });
    const [inside, others] = [rules["inside-cluster"], rules["any-3306-others"]];
    assert.deepEqual(others?.destinationRanges, ["0.0.0.0/0"]);
    assert.deepEqual(inside?.destinationRanges, tags.clusterRanges);
    assert.ok(Number(inside?.priority) < Number(others?.priority));
  });

  it("writes one rule for databases that a packet filter cannot distinguish, and names it by what it filters", () => {
    assert.deepEqual(rulesFor(rds, { ...rds, name: "other" }), rulesFor(rds));
  });

  it("changes no rule when a database is added", () => {
    const before = rulesFor(rds);
    const after = rulesFor({ name: "pg", ranges: ["10.8.0.0/24"], port: 5432, throughGateway: true }, rds);
    for (const [name, rule] of Object.entries(before)) assert.deepEqual(after[name], rule);
  });

  it("leaves a database alone that is dialled without the gateway", () => {
    assert.deepEqual(Object.keys(rulesFor({ ...rds, throughGateway: false })), ["inside-cluster"]);
  });

  it("logs what it refuses, with names that the cloud accepts", async () => {
    const network = {
      cloud: "gke" as const,
      clusterName: "prod",
      project: "example-project",
      region: "europe-west3",
      network: pulumi.output("prod"),
      gatewayRanges: [],
      gatewayAddresses: pulumi.output([]),
      ...tags,
    };
    const { ofType, one } = await recordStack(() => new GkeFirewall("prod-firewall", { network, databases: [rds] }));
    assert.deepEqual(one("prod-firewall-10-9-0-0-24-3306-others").inputs.logConfig, {
      metadata: "INCLUDE_ALL_METADATA",
    });
    const widest = { ...rds, ranges: ["203.113.200.128/32"], port: 27017 };
    const long = await recordStack(
      () => new GkeFirewall("production-europe-west3-customers-firewall", { network, databases: [widest] }),
    );
    assert.equal(long.ofType("gcp:compute/firewall:Firewall").length, 3);
    // Pulumi adds a hyphen and seven characters of its own to the name; Google takes 63.
    const rules = [ofType, long.ofType].flatMap((of) => of("gcp:compute/firewall:Firewall"));
    for (const { name } of rules) assert.match(name, /^[a-z][-a-z0-9]{0,54}$/);
  });
});
