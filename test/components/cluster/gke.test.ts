import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { GkeCluster, gkeKubeconfig, type GkeClusterArgs } from "../../../components/cluster/gke.js";
import { gkeClusterName, nodeAccountId } from "../../../components/cluster/gkeNames.js";
import { recordStack, valueOf, type Registered } from "../recordedStack.js";

const cloud = {
  "gcp:container/cluster:Cluster": {
    endpoint: "172.16.0.2",
    masterAuth: { clusterCaCertificate: "authority" },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "gke-1.europe-west3.gke.goog" } },
    fleet: { membershipId: "prod", membershipLocation: "europe-west3" },
  },
  "gcp:compute/address:Address": { address: "203.0.113.7" },
  "gcp:compute/network:Network": { selfLink: "projects/example-project/global/networks/prod" },
};

const create = (changed: Partial<GkeClusterArgs> = {}) =>
  recordStack(() => new GkeCluster("prod", { project: "example-project", region: "europe-west3", ...changed }), cloud);

type Config = Record<string, Record<string, unknown>>;
const of = (resource: Registered) => resource.inputs as Config;

describe("GkeCluster", () => {
  let plain: Awaited<ReturnType<typeof create>>;
  before(async () => {
    plain = await create();
  });

  it("gives no node and, unless asked, no API server a public address", () => {
    const { one } = plain;
    assert.deepEqual(of(one("prod-cluster")).privateClusterConfig, {
      enablePrivateNodes: true,
      enablePrivateEndpoint: true,
      masterIpv4CidrBlock: "172.16.0.0/28",
    });
    assert.deepEqual(of(one("prod-gateway-nodes")).networkConfig?.enablePrivateNodes, true);
  });

  it("starts only signed software on every node", () => {
    for (const name of ["prod-nodes", "prod-gateway-nodes"])
      assert.deepEqual(of(plain.one(name)).nodeConfig?.shieldedInstanceConfig, {
        enableSecureBoot: true,
        enableIntegrityMonitoring: true,
      });
  });

  it("leaves the networkPolicy block out with Dataplane V2, which the API refuses beside it", () => {
    const { inputs } = plain.one("prod-cluster");
    assert.equal(inputs.datapathProvider, "ADVANCED_DATAPATH");
    assert.equal(inputs.networkPolicy, undefined);
  });

  it("lets Dataplane V2 read policies for the whole cluster where the stack writes some", async () => {
    assert.equal(plain.one("prod-cluster").inputs.enableCiliumClusterwideNetworkPolicy, false);
    const { one } = await create({ clusterWidePolicies: true });
    assert.equal(one("prod-cluster").inputs.enableCiliumClusterwideNetworkPolicy, true);
    const calico = await create({ clusterWidePolicies: true, policyEngine: "calico" });
    assert.equal(calico.one("prod-cluster").inputs.enableCiliumClusterwideNetworkPolicy, undefined);
  });

  it("switches Calico on in both places it must be switched on", async () => {
    const { made, one } = await create({ policyEngine: "calico" });
    assert.deepEqual(of(one("prod-cluster")).networkPolicy, { enabled: true, provider: "CALICO" });
    assert.deepEqual(of(one("prod-cluster")).addonsConfig, { networkPolicyConfig: { disabled: false } });
    assert.equal(made.network.policyEngine, "calico");
  });

  it("gives pods identities of their own instead of their node's", () => {
    const { one, ofType } = plain;
    assert.deepEqual(of(one("prod-cluster")).workloadIdentityConfig, { workloadPool: "example-project.svc.id.goog" });
    for (const pool of ofType("gcp:container/nodePool:NodePool"))
      assert.deepEqual(of(pool).nodeConfig?.workloadMetadataConfig, { mode: "GKE_METADATA" });
  });

  it("lets nodes of each kind do what a node must, under an account of their own", () => {
    const { ofType } = plain;
    assert.deepEqual(
      ofType("gcp:serviceaccount/account:Account").map(({ inputs }) => inputs.accountId),
      ["prod-nodes", "prod-gateway-nodes"],
    );
    assert.deepEqual([...new Set(ofType("gcp:projects/iAMMember:IAMMember").map(({ inputs }) => inputs.role))].sort(), [
      "roles/artifactregistry.reader",
      "roles/container.defaultNodeServiceAccount",
    ]);
  });

  it("sets gateway nodes apart: taint, label, tag and pod addresses of their own", () => {
    const { one, made } = plain;
    const { nodeConfig, networkConfig } = of(one("prod-gateway-nodes"));
    // NO_SCHEDULE alone lets in a pod that names its node.
    assert.deepEqual(
      nodeConfig?.taints,
      ["NO_SCHEDULE", "NO_EXECUTE"].map((effect) => ({ key: "mesh-egress/gateway-node", value: "true", effect })),
    );
    assert.deepEqual(nodeConfig?.tags, ["prod-node", "prod-gateway"]);
    assert.equal(networkConfig?.podRange, "gateway-pods");
    assert.deepEqual(of(one("prod-nodes")).nodeConfig?.tags, ["prod-node"]);
    assert.deepEqual(made.cloudNetwork.gatewayRanges, ["10.66.0.0/20"]);
  });

  it("sends gateway pods, and no others, to the Internet from the gateway's address", () => {
    const { one } = plain;
    const sources = (name: string) =>
      (one(name).inputs.subnetworks as { secondaryIpRangeNames: string[]; sourceIpRangesToNats: string[] }[])[0];
    assert.deepEqual(sources("prod-vpc-gateway-nat")?.secondaryIpRangeNames, ["gateway-pods"]);
    assert.deepEqual(sources("prod-vpc-gateway-nat")?.sourceIpRangesToNats, ["LIST_OF_SECONDARY_IP_RANGES"]);
    assert.deepEqual(sources("prod-vpc-node-nat")?.secondaryIpRangeNames, ["workload-pods"]);
  });

  it("keeps pods' own addresses towards databases, so that an allow-list can distinguish them", () => {
    assert.deepEqual(of(plain.one("prod-cluster")).defaultSnatStatus, { disabled: true });
  });

  it("lets the API server reach the injection webhook, which GKE's own firewall rule does not", () => {
    const { inputs } = plain.one("prod-vpc-injection");
    assert.deepEqual(inputs.sourceRanges, ["172.16.0.0/28"]);
    assert.deepEqual(inputs.targetTags, ["prod-node"]);
    assert.deepEqual(inputs.allows, [{ protocol: "tcp", ports: ["15017"] }]);
  });

  it("logs flows, those inside a node too, unless set otherwise", async () => {
    const { one } = await create({ flowLogs: { samplePercent: 100 } });
    assert.equal(of(one("prod-vpc-subnetwork")).logConfig?.flowSampling, 1);
    assert.equal(one("prod-cluster").inputs.enableIntranodeVisibility, true);
    assert.equal((await create({ flowLogs: false })).one("prod-vpc-subnetwork").inputs.logConfig, undefined);
  });

  it("is reached by the name that asks for Google credentials, unless the settings say otherwise", async () => {
    const { one, made } = plain;
    assert.deepEqual(of(one("prod-cluster")).controlPlaneEndpointsConfig, {
      dnsEndpointConfig: { allowExternalTraffic: true },
    });
    assert.deepEqual(of(one("prod-cluster")).masterAuthorizedNetworksConfig, {
      cidrBlocks: [],
      gcpPublicCidrsAccessEnabled: false,
    });
    const { cluster } = JSON.parse(await valueOf(made.kubeconfig)).clusters[0];
    assert.deepEqual(cluster, { server: "https://gke-1.europe-west3.gke.goog" });
  });

  it("dials the address of the endpoint that is open, and that one only", async () => {
    const networks = { private: "10.8.0.0/24", public: "203.0.113.0/24" };
    for (const endpoint of ["private", "public"] as const) {
      const authorizedNetworks = [{ name: "runners", range: networks[endpoint] }];
      const { one, made } = await create({ endpoint, authorizedNetworks });
      const config = of(one("prod-cluster"));
      assert.deepEqual(config.controlPlaneEndpointsConfig, { dnsEndpointConfig: { allowExternalTraffic: false } });
      assert.equal(config.privateClusterConfig?.enablePrivateEndpoint, endpoint === "private");
      const { cluster } = JSON.parse(await valueOf(made.kubeconfig)).clusters[0];
      assert.deepEqual(cluster, { server: "https://172.16.0.2", "certificate-authority-data": "authority" });
    }
  });

  it("writes a secret kubeconfig that holds no credential", async () => {
    const { made } = plain;
    assert.equal(await pulumi.isSecret(made.kubeconfig), true);
    const config = JSON.parse(await valueOf(made.kubeconfig));
    assert.deepEqual(Object.keys(config.users[0].user), ["exec"]);
    assert.equal(config.users[0].user.exec.command, "gke-gcloud-auth-plugin");
  });

  it("trusts the name of the API server by the system's authorities, not by the cluster's", async () => {
    const { made } = await create({ endpoint: "dns" });
    const { cluster } = JSON.parse(await valueOf(made.kubeconfig)).clusters[0];
    assert.deepEqual(cluster, { server: "https://gke-1.europe-west3.gke.goog" });
    assert.equal(gkeKubeconfig({ name: "a", server: "b" }).includes("certificate-authority-data"), false);
  });

  it("answers names of Google's APIs by a policy, which is silent about every other name, in a VPC of its own", async () => {
    const { one, ofType } = plain;
    const dnsName = "*.googleapis.com.";
    const rrdatas = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"];
    assert.deepEqual(of(one("prod-vpc-googleapis")).localData, {
      localDatas: [{ name: dnsName, type: "A", ttl: 300, rrdatas }],
    });
    assert.deepEqual(ofType("gcp:dns/managedZone:ManagedZone"), []);
    const rules = async (changed: Partial<GkeClusterArgs>) =>
      (await create(changed)).ofType("gcp:dns/responsePolicyRule:ResponsePolicyRule").length;
    assert.equal(await rules({ network: "shared" }), 0);
    assert.equal(await rules({ network: "shared", googleApisDns: true }), 1);
    assert.equal(await rules({ googleApisDns: false }), 0);
  });

  it("answers with the addresses that a perimeter guards where the project is in one", async () => {
    const { one } = await create({ servicePerimeter: "accessPolicies/1/servicePerimeters/prod" });
    const { localDatas } = of(one("prod-vpc-googleapis")).localData as { localDatas: { rrdatas: string[] }[] };
    assert.deepEqual(localDatas[0]?.rrdatas, ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"]);
  });

  it("lets no machine run under the project's default account, that of the pool a cluster is born with included", () => {
    const { one, ofType } = plain;
    const accounts = new Set(ofType("gcp:serviceaccount/account:Account").map(({ name }) => name));
    assert.equal(accounts.size, 2);
    for (const name of ["prod-cluster", "prod-nodes", "prod-gateway-nodes"])
      assert.ok(
        one(name).dependsOn.some((each) => accounts.has(each)),
        name,
      );
    assert.equal(of(one("prod-cluster")).nodeConfig?.diskType, "pd-standard");
  });

  it("leaves the databases' peering behind, which Google keeps in use after the last instance is gone", async () => {
    const { one } = await create({ databaseCidr: "10.200.0.0/20" });
    const { deletionPolicy, updateOnCreationFail } = one("prod-vpc-database-peering").inputs;
    assert.equal(deletionPolicy, "ABANDON");
    assert.equal(updateOnCreationFail, undefined, "it would take the ranges of others out of a peering they share");
  });

  it("stands in a VPC of the user's own", async () => {
    const { one, ofType } = await create({ network: "shared" });
    assert.deepEqual(ofType("gcp:compute/network:Network"), []);
    assert.equal(one("prod-vpc-subnetwork").inputs.network, "projects/example-project/global/networks/shared");
  });

  it("names that VPC by its link, which Cloud DNS and Cloud SQL ask for", async () => {
    const link = "projects/example-project/global/networks/shared";
    const url = `https://www.googleapis.com/compute/v1/${link}`;
    for (const [network, expected] of [
      ["shared", link],
      [link, link],
      [url, url],
    ] as const) {
      const { one, made } = await create({ network, googleApisDns: true, databaseCidr: "10.200.0.0/20" });
      assert.equal(await valueOf(made.cloudNetwork.network), expected);
      assert.deepEqual(one("prod-vpc-dns").inputs.networks, [{ networkUrl: expected }]);
      assert.equal(one("prod-vpc-databases").inputs.network, expected);
    }
  });

  it("refuses a public API server without saying for whom, and ranges in the wrong place, at once", async () => {
    await assert.rejects(
      create({ endpoint: "public", gatewayPodCidr: "10.200.0.0/20" }),
      /gatewayPodCidr: does not lie in podCidr[^]*authorizedNetworks/,
    );
  });

  it("refuses an API server that nothing could reach to finish the same `up`", async () => {
    await assert.rejects(
      create({ endpoint: "private" }),
      /endpoint: answers only inside a VPC that this stack creates/,
    );
    await assert.rejects(create({ endpoint: "private", network: "shared" }), /endpoint: admits only the cluster's own/);
  });

  it("names cluster, tags and accounts as Google accepts them, whatever the stack is called", async () => {
    const names = ["staging-europe-west3-2026", "Prod.EU_west", "7", "x".repeat(100), "ends-with--", "prod"];
    const all: { name: string; accounts: string[] }[] = [];
    for (const clusterName of names) {
      const { one, ofType } = await create({ clusterName });
      const accounts = ofType("gcp:serviceaccount/account:Account").map(({ inputs }) => String(inputs.accountId));
      const tags = (of(one("prod-gateway-nodes")).nodeConfig?.tags ?? []) as string[];
      for (const id of accounts) assert.match(id, /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/);
      for (const tag of tags) assert.match(tag, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
      const name = String(one("prod-cluster").inputs.name);
      assert.match(name, /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/);
      all.push({ name, accounts });
    }
    assert.equal(new Set(all.map(({ name }) => name)).size, names.length);
    assert.equal(new Set(all.flatMap(({ accounts }) => accounts)).size, names.length * 2);
    assert.deepEqual(all.at(-1), { name: "prod", accounts: ["prod-nodes", "prod-gateway-nodes"] });
  });

  it("names what it creates as Google accepts it, however long its own name is", async () => {
    const args = { project: "example-project", region: "europe-west3", databaseCidr: "10.200.0.0/20" };
    const long = "production-europe-west3-customers-and-orders-2026";
    const { registered } = await recordStack(() => new GkeCluster(long, args), cloud);
    const random = 8;
    const longest = ({ type }: Registered) => (type === "gcp:container/nodePool:NodePool" ? 40 : 63);
    const named = registered.filter(({ type, inputs }) => type.startsWith("gcp:") && inputs.name === undefined);
    assert.ok(named.length > 10);
    for (const each of named) assert.ok(each.name.length + random <= longest(each), each.name);
  });

  it("keeps the ids of accounts from run to run, and apart where only the cut end of two names differs", () => {
    const [one, other] = ["staging-europe-west3-blue", "staging-europe-west3-green"];
    assert.equal(nodeAccountId(one, "gateway-nodes"), nodeAccountId(one, "gateway-nodes"));
    assert.notEqual(nodeAccountId(one, "gateway-nodes"), nodeAccountId(other, "gateway-nodes"));
    assert.notEqual(gkeClusterName("Prod"), gkeClusterName("prod"));
  });
});
