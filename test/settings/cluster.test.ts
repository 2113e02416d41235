import assert from "node:assert/strict";
import { loadSettings } from "../../settings/load.js";
import { clusterNetwork, clusterSchema, databaseRanges } from "../../settings/cluster.js";
import { firewallDatabases } from "../../settings/cloudNetwork.js";

const gke = { cloud: "gke", project: "example-project", region: "europe-west3" };
const zone = { zone: "cn-hangzhou-i", nodes: "10.0.0.0/24", pods: "10.64.0.0/20", gateway: "10.65.0.0/24" };
const pool = { instanceTypes: ["ecs.g7.large"] };
const ack = { cloud: "ack", region: "cn-hangzhou", zones: [zone], nodePool: pool, gatewayPool: pool };
const database = { name: "db", host: "db.example.com", protocol: "mysql", clients: [{ namespace: "demo" }] };

/** What is said about a stack with these settings; empty when it is fine. */
function complaints(cluster: object, more: { mesh?: object; databases?: object[] } = {}): string {
  const base = { cluster, mesh: { kind: "istio" }, namespaces: [{ name: "demo" }] };
  try {
    loadSettings({ ...base, ...more });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("Settings of the cluster", () => {
  it("need no more than project and region on GKE, and are private then", () => {
    const settings = clusterSchema.parse(gke);
    assert.ok(settings.cloud === "gke");
    assert.equal(settings.endpoint, "private");
    assert.equal(settings.deletionProtection, true);
    assert.deepEqual(clusterNetwork(settings), {
      podCidr: "10.64.0.0/14",
      serviceCidr: "10.96.0.0/20",
      policyEngine: "dataplane-v2",
    });
  });

  it("keep an ACK cluster off the Internet unless told otherwise", () => {
    const settings = clusterSchema.parse(ack);
    assert.ok(settings.cloud === "ack");
    assert.equal(settings.publicEndpoint, false);
    assert.equal(clusterNetwork(settings).policyEngine, "terway");
  });

  it("say which range lies where it must not, and what to write", () => {
    assert.match(
      complaints({ ...gke, gatewayPodCidr: "10.200.0.0/20" }),
      /cluster\.gatewayPodCidr: "[\d./]+" does not lie in podCidr 10\.64\.0\.0\/14\. Write a range inside/,
    );
    assert.match(
      complaints({ ...ack, zones: [zone, { ...zone, zone: "cn-hangzhou-j" }] }),
      /cluster\.zones\[1\]\.gateway: .*shares addresses with zones\[0\]\.gateway/,
    );
    assert.match(complaints({ ...gke, controlPlaneCidr: "172.16.0.0/24" }), /is not a \/28/);
  });

  it("refuse an API server that is open to nobody", () => {
    assert.match(complaints({ ...gke, endpoint: "public" }), /cluster\.endpoint: .*use dns/);
  });

  it("refuse Cloud Service Mesh on a cluster that is in no fleet", () => {
    assert.match(
      complaints({ ...gke, fleet: false }, { mesh: { kind: "cloud-service-mesh" } }),
      /cluster\.fleet: false/,
    );
  });

  it("refuse a database that the cloud's firewall could not guard", () => {
    const https = { ...database, protocol: "tls", trafficMode: "tls-gateway-mtls" };
    assert.match(complaints(gke, { databases: [https] }), /databases\[0\]\.ranges: is missing: nodes need port 443/);
    assert.equal(complaints(gke, { databases: [{ ...https, ranges: ["203.0.113.0/24"] }] }), "");
    const local = { cloud: "existing" };
    assert.equal(complaints(local, { databases: [https] }), "");
  });

  it("refuse two databases of one port, of which one passes the gateway and one does not, without ranges", () => {
    const direct = { ...database, name: "direct", host: "direct.example.com", trafficMode: "tcp-direct" };
    assert.match(complaints(gke, { databases: [database, direct] }), /dialled without the gateway/);
  });
});

describe("Settings of a provisioned database", () => {
  const provision = { service: "rds", engineVersion: "8.0", instanceType: "mysql.n2.medium.1", passwordSecret: "root" };
  const created = { ...database, host: undefined, provision };

  it("name the cloud a service belongs to", () => {
    assert.match(complaints(gke, { databases: [created] }), /provision\.service: "rds" is created beside ack clusters/);
  });

  it("ask for a range to take an address from", () => {
    assert.match(complaints(ack, { databases: [created] }), /Write one under cluster\.zones\[0\]\.databases/);
    const zones = [{ ...zone, databases: "10.1.0.0/24" }];
    assert.equal(complaints({ ...ack, zones }, { databases: [created] }), "");
  });

  it("refuse a port that Cloud SQL does not listen on", () => {
    const sql = { ...created, port: 3307, provision: { ...provision, service: "cloud-sql" } };
    assert.match(
      complaints({ ...gke, databaseCidr: "10.200.0.0/20" }, { databases: [sql] }),
      /databases\[0\]\.port: 3307/,
    );
  });

  it("lie, for the firewall, in the range the cluster keeps for them", () => {
    const cluster = clusterSchema.parse({ ...gke, databaseCidr: "10.200.0.0/20" });
    const settings = loadSettings({
      cluster: { ...gke, databaseCidr: "10.200.0.0/20" },
      mesh: { kind: "istio" },
      namespaces: [{ name: "demo" }],
      databases: [{ ...created, provision: { ...provision, service: "cloud-sql" } }],
    });
    assert.deepEqual(firewallDatabases(settings.databases, databaseRanges(cluster)), [
      { name: "db", ranges: ["10.200.0.0/20"], port: 3306, throughGateway: true },
    ]);
  });
});
