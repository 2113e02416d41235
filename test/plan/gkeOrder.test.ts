import assert from "node:assert/strict";
import { type PlannedResource } from "../../plan/recording.js";
import { planStack } from "../../plan/stack.js";
import { writeStack } from "./stackFiles.js";

const project = { cloud: "gke", project: "example-project", region: "europe-west3" };
const clients = [{ namespace: "shop", serviceAccounts: ["orders"] }];
const orders = { name: "orders", host: "orders.db.example.com", protocol: "postgres", clients };
const cloudSql = {
  service: "cloud-sql",
  engineVersion: "POSTGRES_17",
  instanceType: "db-custom-2-7680",
  passwordSecret: "ordersPassword",
};
const made = { name: "made", protocol: "postgres", clients, provision: cloudSql };
const shop = {
  namespaces: [{ name: "shop" }],
  databases: [orders],
  workloads: [{ kind: "deployment", name: "orders", namespace: "shop", image: "alpine:3.22", runAsUser: 1000 }],
};

/** One of each kind of stack on GKE: by mesh, policy engine, network, and what is created beside the cluster. */
const stacks: Record<string, string | Record<string, unknown>> = {
  bookinfo: "stacks/Pulumi.bookinfo.yaml",
  retail: "stacks/Pulumi.retail.yaml",
  boutique: "stacks/Pulumi.boutique.yaml",
  "examples/gke": "examples/gke/Pulumi.gke.yaml",
  istio: { ...shop, cluster: project, mesh: { kind: "istio" } },
  "istio with its CNI plug-in": { ...shop, cluster: project, mesh: { kind: "istio", cni: true } },
  "an Istio that is there": { ...shop, cluster: project, mesh: { kind: "istio", install: false } },
  "Cloud Service Mesh with databases of its own": {
    ...shop,
    cluster: { ...project, databaseCidr: "10.200.0.0/20", releaseChannel: "RAPID", policyEngine: "calico" },
    mesh: { kind: "cloud-service-mesh" },
    databases: [made, { ...made, name: "second" }],
    network: { globalIsolation: { enabled: true } },
  },
  "a VPC that exists": {
    ...shop,
    cluster: { ...project, network: "shared-vpc", googleApisDns: true },
    mesh: { kind: "cloud-service-mesh", fleetFeature: "adopt" },
    network: { globalIsolation: { enabled: true } },
  },
  "a public endpoint and an Ingress gateway": {
    ...shop,
    cluster: { ...project, endpoint: "public", authorizedNetworks: [{ name: "office", range: "203.0.113.0/24" }] },
    mesh: { kind: "istio" },
    namespaces: [{ name: "shop" }, { name: "istio-ingress", podSecurity: "restricted" }],
    ingress: { gateway: { create: true } },
  },
};

/** Everything a resource waits for: what it names, and that in turn. The engine deletes in the opposite order. */
function graphOf(resources: PlannedResource[]) {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const providers = new Map(
    resources.filter(({ type }) => type.startsWith("pulumi:providers:")).map((each) => [each.name, each]),
  );
  const known = new Map<string, Set<string>>();
  const before = (resource: PlannedResource): Set<string> => {
    const done = known.get(resource.urn);
    if (done) return done;
    const found = new Set<string>();
    known.set(resource.urn, found);
    const provider = resource.provider === undefined ? undefined : providers.get(resource.provider)?.urn;
    for (const urn of [...resource.dependencies, ...(provider ? [provider] : [])]) {
      found.add(urn);
      const other = byUrn.get(urn);
      if (other) for (const each of before(other)) found.add(each);
    }
    return found;
  };
  /** Resources that should wait for others and do not, in words. */
  const early = (those: (resource: PlannedResource) => boolean, what: (resource: PlannedResource) => boolean) => {
    const needed = resources.filter(what);
    return resources
      .filter(those)
      .flatMap((resource) =>
        needed
          .filter(({ urn }) => urn !== resource.urn && !before(resource).has(urn))
          .map(({ name }) => `${resource.name} before ${name}`),
      );
  };
  return { early, any: (what: (resource: PlannedResource) => boolean) => resources.some(what) };
}

const isType =
  (...types: string[]) =>
  ({ type }: PlannedResource) =>
    types.includes(type);
const isControlPlane = isType("gcp:container/cluster:Cluster");
const isPool = isType("gcp:container/nodePool:NodePool");
const isMachine = (each: PlannedResource) => isControlPlane(each) || isPool(each);
const isInCluster = ({ type }: PlannedResource) => type.startsWith("kubernetes:");
const makesPods = (each: PlannedResource) =>
  isInCluster(each) && /:(Deployment|StatefulSet|DaemonSet|Job|CronJob|Release)$/.test(each.type);
const isFirewall = isType("gcp:compute/firewall:Firewall");

describe("The order of a stack on GKE", () => {
  for (const [name, stack] of Object.entries(stacks))
    describe(name, () => {
      let graph: ReturnType<typeof graphOf>;
      before(async () => {
        const { resources } = await planStack(typeof stack === "string" ? stack : writeStack(stack));
        graph = graphOf(resources);
      });

      it("starts no machine before its way out, its names and the roles of its account are there", () => {
        const isWayOut = isType(
          "gcp:compute/routerNat:RouterNat",
          "gcp:dns/responsePolicyRule:ResponsePolicyRule",
          "gcp:compute/subnetwork:Subnetwork",
        );
        assert.ok(graph.any(isWayOut));
        assert.deepEqual(graph.early(isMachine, isWayOut), []);
        const isGrant = (purpose: RegExp) => (each: PlannedResource) =>
          each.type === "gcp:projects/iAMMember:IAMMember" && purpose.test(each.name);
        assert.ok(graph.any(isGrant(/cluster-nodes-/)) && graph.any(isGrant(/gateway-nodes-/)));
        assert.deepEqual(graph.early(isControlPlane, isGrant(/cluster-nodes-/)), []);
        assert.deepEqual(
          graph.early((each) => isPool(each) && each.name.endsWith("gateway-nodes"), isGrant(/gateway-nodes-/)),
          [],
        );
      });

      it("makes nothing in the cluster before its nodes, so that nothing is left without them on the way down", () => {
        assert.ok(graph.any(isInCluster));
        assert.deepEqual(graph.early(isInCluster, isPool), []);
      });

      it("starts no workload before the firewall that keeps it from databases", () => {
        const isWorkload = (each: PlannedResource) => makesPods(each) && !each.type.endsWith(":Release");
        assert.deepEqual(graph.early(isWorkload, isFirewall), []);
      });

      it("joins the mesh after the nodes, and namespaces after the mesh", () => {
        const isMembership = isType("gcp:gkehub/featureMembership:FeatureMembership");
        const isMesh = (each: PlannedResource) => isMembership(each) || each.type.endsWith(":Release");
        const isFeature = isType("gcp:gkehub/feature:Feature");
        assert.deepEqual(graph.early(isMembership, isPool), []);
        assert.deepEqual(graph.early(isMembership, isFeature), []);
        const isNamespace = (each: PlannedResource) =>
          each.type === "kubernetes:core/v1:Namespace" && each.name.startsWith("platform-namespace-");
        assert.deepEqual(graph.early(isNamespace, isMesh), []);
      });

      it("makes no database before the peering that gives it an address, and its range", () => {
        const isInstance = isType("gcp:sql/databaseInstance:DatabaseInstance");
        const isPeering = isType(
          "gcp:servicenetworking/connection:Connection",
          "gcp:compute/globalAddress:GlobalAddress",
        );
        assert.equal(graph.any(isInstance), graph.any(isPeering));
        assert.deepEqual(graph.early(isInstance, isPeering), []);
      });
    });
});
