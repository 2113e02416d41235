import assert from "node:assert/strict";
import { loadSettings } from "../../settings/load.js";
import { clusterNetwork, clusterSchema, databaseRanges } from "../../settings/cluster.js";
import { firewallDatabases } from "../../settings/cloudNetwork.js";
import { ackSettings as ack, zone } from "./ackSettings.js";

const gke = { cloud: "gke", project: "example-project", region: "europe-west3" };
const twoZones = [
  zone,
  { zone: "cn-hangzhou-j", nodes: "10.0.1.0/24", pods: "10.64.16.0/20", gateway: "10.65.1.0/24" },
];
const database = { name: "db", host: "db.example.com", protocol: "mysql", clients: [{ namespace: "demo" }] };

/** What is said about a stack with these settings; empty when it is fine. */
function complaints(
  cluster: object,
  more: { mesh?: object; databases?: object[] } = {},
  providers: Record<string, unknown> = {},
): string {
  const base = { cluster, mesh: { kind: "istio" }, namespaces: [{ name: "demo" }] };
  try {
    loadSettings({ ...base, ...more }, undefined, providers);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("Settings of the cluster", () => {
  it("need no more than project and region on GKE, and let Google credentials alone reach the API server then", () => {
    const settings = clusterSchema.parse(gke);
    assert.ok(settings.cloud === "gke");
    assert.equal(settings.endpoint, "dns");
    assert.deepEqual(settings.authorizedNetworks, []);
    assert.equal(settings.deletionProtection, true);
    assert.deepEqual(clusterNetwork(settings), {
      podCidr: "10.64.0.0/14",
      serviceCidr: "10.96.0.0/20",
      policyEngine: "dataplane-v2",
    });
  });

  it("keep an ACK cluster off the Internet unless set otherwise", () => {
    const settings = clusterSchema.parse(ack);
    assert.ok(settings.cloud === "ack");
    assert.equal(settings.endpoint, "private");
    assert.equal(clusterNetwork(settings).policyEngine, "terway");
  });

  it("refuse a zone of another region on both clouds, and a zone in the place of a region", () => {
    assert.equal(complaints({ ...gke, zones: ["europe-west3-a", "europe-west3-b"] }), "");
    assert.match(
      complaints({ ...gke, zones: ["europe-west3-a", "europe-west1-b"] }),
      /cluster\.zones\[1\]: "europe-west1-b" is not a zone of region europe-west3\. Write one such as europe-west3-a/,
    );
    assert.match(
      complaints({ ...gke, region: "europe-west3-a" }),
      /cluster\.region: "europe-west3-a" is a zone\. Write its region, europe-west3/,
    );
    const inside = { ...ack, vpcId: "vpc-1", authorizedNetworks: [] };
    const ofZone = (region: string, name: string) => ({ ...inside, region, zones: [{ ...zone, zone: name }] });
    assert.equal(complaints(ofZone("cn-hangzhou", "cn-hangzhou-i")), "");
    assert.equal(complaints(ofZone("ap-southeast-1", "ap-southeast-1a")), "");
    assert.equal(complaints(ofZone("cn-shanghai-finance-1", "cn-shanghai-finance-1b")), "");
    assert.match(
      complaints(ofZone("cn-shanghai", "cn-hangzhou-i")),
      /cluster\.zones\[0\]\.zone: "cn-hangzhou-i" is not a zone of region cn-shanghai/,
    );
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

  it("refuse a GKE API server that `pulumi up` could not reach", () => {
    const office = { name: "office", range: "203.0.113.0/24" };
    const runners = { name: "runners", range: "10.8.0.0/24" };
    assert.match(
      complaints({ ...gke, endpoint: "public" }),
      /cluster\.endpoint: "public" .*authorizedNetworks is empty/,
    );
    assert.match(
      complaints({ ...gke, endpoint: "private" }),
      /cluster\.endpoint: "private" answers only inside a VPC that this stack creates.*List under authorizedNetworks/,
    );
    assert.match(
      complaints({ ...gke, endpoint: "private", network: "shared-vpc" }),
      /cluster\.endpoint: "private" admits only the cluster's own nodes/,
    );
    assert.match(
      complaints({ ...gke, endpoint: "private", authorizedNetworks: [runners, office] }),
      /cluster\.authorizedNetworks\[1\]\.range: "203\.0\.113\.0\/24" is not a private range/,
    );
  });

  it("take a GKE API server by address where the settings name the network that `pulumi up` runs in", () => {
    const office = [{ name: "office", range: "203.0.113.0/24" }];
    const runners = [{ name: "runners", range: "10.8.0.0/24" }];
    for (const network of [{}, { network: "shared-vpc" }]) {
      assert.equal(complaints({ ...gke, ...network, endpoint: "public", authorizedNetworks: office }), "");
      assert.equal(complaints({ ...gke, ...network, endpoint: "private", authorizedNetworks: runners }), "");
      assert.equal(complaints({ ...gke, ...network }), "");
    }
  });

  it("refuse a VPC of another project, in which nothing of the cluster's could be created", () => {
    const network = (project: string) => ({ ...gke, network: `projects/${project}/global/networks/shared` });
    assert.match(complaints(network("host-project")), /cluster\.network: .*is a VPC of project host-project/);
    assert.equal(complaints(network("example-project")), "");
    const link = "https://www.googleapis.com/compute/v1/projects/host-project/global/networks/shared";
    assert.match(complaints({ ...gke, network: link }), /project host-project/);
  });

  it("ask what Google's names resolve to in a VPC that exists, where isolated pods reach a mesh by them", () => {
    const mesh = { kind: "cloud-service-mesh" };
    const shared = { ...gke, network: "shared-vpc" };
    assert.match(
      complaints(shared, { mesh }),
      /cluster\.googleApisDns: is missing: isolated pods .* at 199\.36\.153\.8\/30.*Write true .*or false/,
    );
    assert.match(complaints({ ...shared, servicePerimeter: "prod" }, { mesh }), /at 199\.36\.153\.4\/30/);
    for (const googleApisDns of [true, false]) assert.equal(complaints({ ...shared, googleApisDns }, { mesh }), "");
    assert.equal(complaints(shared), "");
    assert.equal(complaints(gke, { mesh }), "");
  });

  it("refuse an ACK API server that `pulumi up` could not reach, and say both ways to reach one", () => {
    const office = { name: "office", range: "203.0.113.0/24" };
    const { vpcId: _, ...ownVpc } = ack;
    const remedy =
      /vpcId \(docs\/clouds\/ack\.md has the commands\), or set endpoint to public and list under authorizedNetworks/;
    for (const endpoint of [{}, { endpoint: "private" }]) {
      const said = complaints({ ...ownVpc, ...endpoint });
      assert.match(said, /cluster\.endpoint: answers only inside a VPC that this stack creates/);
      assert.match(said, remedy);
    }
    assert.match(
      complaints({ ...ownVpc, endpoint: "public", zones: twoZones }),
      /cluster\.endpoint: .*admits no network, because authorizedNetworks is empty/,
    );
    assert.match(
      complaints({ ...ack, endpoint: "public", authorizedNetworks: [office, { name: "vpn", range: "10.8.0.0/24" }] }),
      /cluster\.authorizedNetworks\[1\]\.range: is a private range[^]*cluster\.zones: has one zone/,
    );
    assert.match(complaints({ ...ack, authorizedNetworks: [office] }), /cluster\.authorizedNetworks: .*whole VPC/);
  });

  it("take an ACK API server in a VPC that exists, and a public one for networks that are named", () => {
    const authorizedNetworks = [{ name: "office", range: "203.0.113.0/24" }];
    assert.equal(complaints(ack), "");
    for (const vpcId of [undefined, "vpc-1"])
      assert.equal(complaints({ ...ack, vpcId, zones: twoZones, endpoint: "public", authorizedNetworks }), "");
  });

  it("say what became of ACK's old switch for a public API server", () => {
    assert.match(complaints({ ...ack, publicEndpoint: true }), /cluster\.publicEndpoint: .*Write endpoint: public and/);
  });

  it("name what is wrong elsewhere beside an API server that cannot be reached", () => {
    const { vpcId: _, ...ownVpc } = ack;
    const said = complaints(ownVpc, { databases: [{ ...database, trafficMode: "tls-gateway" }] });
    assert.match(said, /cluster\.endpoint: [^]*databases\[0\]\.trafficMode: /);
    const unsound = complaints(
      { ...ownVpc, serviceCidr: "10.0.0.0/8" },
      { databases: [{ ...database, port: "3306" }] },
    );
    assert.match(unsound, /databases\[0\]\.port: /);
  });

  it("refuse a provider's region that is not the ACK cluster's", () => {
    const said = complaints(ack, {}, { "alicloud:region": "cn-beijing" });
    assert.match(said, /^alicloud:region: "cn-beijing" is another region than cluster\.region, cn-hangzhou/);
    assert.equal(complaints(ack, {}, { "alicloud:region": "cn-hangzhou" }), "");
    assert.equal(complaints(ack, {}, {}), "");
    assert.equal(complaints(gke, {}, { "alicloud:region": "cn-beijing" }), "");
    assert.match(
      complaints({ ...ack, serviceCidr: "not a range" }, {}, { "alicloud:region": "cn-beijing" }),
      /cluster\.serviceCidr: [^]*alicloud:region: /,
    );
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

  const sql = (changed: object, protocol = "postgres") => {
    const cloudSql = { ...provision, service: "cloud-sql", engineVersion: "POSTGRES_17", ...changed };
    const cluster = { ...gke, databaseCidr: "10.200.0.0/20" };
    return complaints(cluster, { databases: [{ ...created, protocol, provision: cloudSql }] });
  };

  it("name a tier that exists in the edition and for the engine", () => {
    const mysql = { engineVersion: "MYSQL_8_4" };
    const fine = [
      sql({ instanceType: "db-custom-2-7680" }),
      sql({ instanceType: "db-custom-1-3840" }),
      sql({ instanceType: "db-custom-96-638976" }),
      sql({ instanceType: "db-g1-small", engineVersion: "POSTGRES_9_6" }),
      sql({ instanceType: "db-perf-optimized-N-8", edition: "ENTERPRISE_PLUS" }),
      sql({ instanceType: "db-c4a-highmem-4", edition: "ENTERPRISE_PLUS" }),
      sql({ instanceType: "db-custom-2-7680", ...mysql }, "mysql"),
      sql({ instanceType: "db-n1-standard-2", engineVersion: "MYSQL_8_0_36" }, "mysql"),
    ];
    assert.deepEqual(new Set(fine), new Set([""]));
    const tier = /databases\[0\]\.provision\.instanceType: /;
    for (const refused of [
      sql({ instanceType: "db-perf-optimized-N-8" }),
      sql({ instanceType: "db-c4a-highmem-4", edition: "ENTERPRISE" }),
      sql({ instanceType: "db-custom-2-7680", edition: "ENTERPRISE_PLUS" }),
      sql({ instanceType: "db-f1-micro", edition: "ENTERPRISE_PLUS" }),
      sql({ instanceType: "db-n1-standard-2" }),
      sql({ instanceType: "mysql.n2.medium.1" }),
    ])
      assert.match(refused, tier);
    assert.match(sql({ instanceType: "db-custom-3-7680" }), /has 3 CPUs\. Write 1, or an even number/);
    assert.match(sql({ instanceType: "db-custom-2-7000" }), /7000 MiB .*multiple of 256 from 3840 to 13312/);
    assert.match(sql({ instanceType: "db-custom-2-16384" }), /16384 MiB/);
  });

  it("name a version of the engine that the database speaks, and of the edition", () => {
    const tier = { instanceType: "db-custom-2-7680" };
    assert.match(
      sql({ ...tier, engineVersion: "MYSQL_8_4" }),
      /engineVersion: "MYSQL_8_4" is not a version of postgres/,
    );
    assert.match(sql({ ...tier, engineVersion: "8.0" }, "mysql"), /engineVersion: "8\.0" .*MYSQL_8_4/);
    assert.match(
      sql({ instanceType: "db-perf-optimized-N-2", edition: "ENTERPRISE_PLUS", engineVersion: "POSTGRES_11" }),
      /engineVersion: "POSTGRES_11" does not exist in edition ENTERPRISE_PLUS/,
    );
  });

  const rds = (changed: object, protocol = "mysql") => {
    const cluster = { ...ack, zones: [{ ...zone, databases: "10.1.0.0/24" }] };
    return complaints(cluster, { databases: [{ ...created, protocol, provision: { ...provision, ...changed } }] });
  };

  it("name an instance type that RDS has for the engine", () => {
    const postgres = { engineVersion: "16.0" };
    for (const instanceType of ["mysql.n2.medium.1", "mysql.n2.medium.2c", "mysql.x4.large.2c", "mysql.n2.small.xc"])
      assert.equal(rds({ instanceType }), "", instanceType);
    for (const instanceType of ["pg.n2.2c.1m", "pg.n2.2c.2m", "pg.x8.medium.2c", "pg.x8.medium.1"])
      assert.equal(rds({ ...postgres, instanceType }, "postgres"), "", instanceType);
    // A form that no page lists is the cloud's to judge.
    assert.equal(rds({ instanceType: "mysql.x4.xlarge.6cm" }), "");
    for (const [instanceType, reason] of [
      ["pg.n2.2c.1m", /is not an instance type of mysql/],
      ["db-custom-2-7680", /is not an instance type of mysql/],
      ["mysql.n2", /is not an instance type of mysql/],
      ["mysqlro.n2.medium.1c", /is for read-only instances/],
      ["mysql.n2.serverless.2c", /is for serverless instances/],
      ["rds.mysql.s2.large", /has a local disk/],
      ["mysql.x8.medium.2", /has a local disk/],
    ] as const) {
      const said = rds({ instanceType });
      assert.match(said, /databases\[0\]\.provision\.instanceType: /, instanceType);
      assert.match(said, reason, instanceType);
      assert.match(said, /Write one such as mysql\.n2\.medium\.2c/);
    }
    assert.match(
      rds({ ...postgres, instanceType: "mysql.n2.medium.1" }, "postgres"),
      /is not an instance type of postg/,
    );
  });

  it("name a version that RDS has of the engine, and a disk of the least size", () => {
    assert.match(rds({ engineVersion: "MYSQL_8_4" }), /engineVersion: "MYSQL_8_4" .*5\.7, 8\.0, 8\.4/);
    assert.match(
      rds({ engineVersion: "16", instanceType: "pg.n2.2c.2m" }, "postgres"),
      /engineVersion: "16" is not a version of postgres.*16\.0/,
    );
    for (const storageGib of [10, 21])
      assert.match(
        rds({ storageGib }),
        new RegExp(`storageGib: ${storageGib} is not .* Write a multiple of 5 from 20`),
      );
    assert.equal(rds({ storageGib: 25 }), "");
  });

  it("name an edition of Cloud SQL only", () => {
    const zones = [{ ...zone, databases: "10.1.0.0/24" }];
    const rds = { ...created, provision: { ...provision, edition: "ENTERPRISE" } };
    assert.match(
      complaints({ ...ack, zones }, { databases: [rds] }),
      /provision\.edition: "ENTERPRISE" .*Leave it out/,
    );
    assert.match(sql({ instanceType: "db-custom-2-7680", edition: "PLUS" }), /provision\.edition: "PLUS"/);
  });

  it("lie, for the firewall, in the range the cluster keeps for them", () => {
    const cluster = clusterSchema.parse({ ...gke, databaseCidr: "10.200.0.0/20" });
    const settings = loadSettings({
      cluster: { ...gke, databaseCidr: "10.200.0.0/20" },
      mesh: { kind: "istio" },
      namespaces: [{ name: "demo" }],
      databases: [
        {
          ...created,
          provision: {
            ...provision,
            service: "cloud-sql",
            engineVersion: "MYSQL_8_4",
            instanceType: "db-custom-2-7680",
          },
        },
      ],
    });
    assert.deepEqual(firewallDatabases(settings.databases, databaseRanges(cluster)), [
      { name: "db", ranges: ["10.200.0.0/20"], port: 3306, throughGateway: true },
    ]);
  });
});
