import assert from "node:assert/strict";
import { readStackFile } from "../../settings/stackFile.js";
import type { PlannedResource } from "../../plan/recording.js";
import { planStack } from "../../plan/stack.js";
import { writeStack } from "./stackFiles.js";

/** What starts pods, or has the cloud start some. */
const pullsImages =
  /:NodePool$|:ServiceMesh$|^kubernetes:(apps|batch)\/|^kubernetes:core\/v1:Pod$|^kubernetes:helm|:IstioGateway$/;

/** What has to be there for that, and stay until it is gone. */
const internet = /:(NatGateway|EipAddress|EipAssociation|SnatEntry)$/;

const inCluster = /^kubernetes:/;

/** By URN of a resource, everything that exists before it and is destroyed after it. */
function predecessors(resources: PlannedResource[]): (resource: PlannedResource) => Set<PlannedResource> {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const providers = new Map(
    resources.filter(({ type }) => type.startsWith("pulumi:providers:")).map((each) => [each.name, each]),
  );
  const known = new Map<PlannedResource, Set<PlannedResource>>();
  return function before(resource): Set<PlannedResource> {
    const done = known.get(resource);
    if (done) return done;
    const own = [...resource.dependencies.map((urn) => byUrn.get(urn)), providers.get(resource.provider ?? "")];
    const all = new Set(own.flatMap((each) => (each ? [each, ...before(each)] : [])));
    known.set(resource, all);
    return all;
  };
}

const withIstio = () => {
  const { own, foreign } = readStackFile("examples/ack/Pulumi.ack.yaml");
  const cluster = { ...(own["cluster"] as object), endpoint: "private", authorizedNetworks: [], vpcId: "vpc-1" };
  return writeStack({ ...own, cluster, mesh: { kind: "istio" }, workloads: [] }, foreign);
};

const stacks: [what: string, file: () => string][] = [
  ["rds", () => "stacks/Pulumi.rds.yaml"],
  ["bookstore", () => "stacks/Pulumi.bookstore.yaml"],
  ["the example with a created database", () => "examples/ack/Pulumi.ack.yaml"],
  ["Istio in a VPC that existed before", withIstio],
];

describe("The order of an ACK stack", () => {
  for (const [what, file] of stacks)
    describe(`of ${what}`, () => {
      let resources: PlannedResource[];
      let before: (resource: PlannedResource) => Set<PlannedResource>;
      const missing = (resource: PlannedResource, wanted: PlannedResource[]) =>
        wanted.filter((each) => !before(resource).has(each)).map(({ name }) => `${resource.name} without ${name}`);
      const of = (type: RegExp) => resources.filter((resource) => type.test(resource.type));

      beforeEach(async function () {
        if (resources) return;
        ({ resources } = await planStack(file()));
        before = predecessors(resources);
      });

      it("lets nothing pull an image before NAT, its addresses and its rules, nor after them", () => {
        const [pulling, wanted] = [of(pullsImages), of(internet)];
        assert.ok(pulling.length > 3 && wanted.length > 5);
        assert.deepEqual(
          pulling.flatMap((resource) => missing(resource, wanted)),
          [],
        );
      });

      it("starts no node before the rules of its security group, nor leaves one without them", () => {
        const rules = of(/:SecurityGroupRule$/).filter(({ name }) => /-vpc-(nodes|gateway)-group-/.test(name));
        assert.ok(rules.length > 10);
        assert.deepEqual(
          of(/:NodePool$/).flatMap((pool) => missing(pool, rules)),
          [],
        );
      });

      it("writes objects once there are nodes, and destroys them while there are", () => {
        const pools = of(/:NodePool$/);
        assert.equal(pools.length, 2);
        const objects = of(inCluster).filter(({ name }) => !name.endsWith("-gateway-terway"));
        assert.ok(objects.length > 10);
        assert.deepEqual(
          objects.flatMap((object) => missing(object, pools)),
          [],
        );
      });

      it("has the mesh before what its API server holds, and the cluster's nodes before the mesh", () => {
        const [mesh] = of(/:ServiceMesh$/);
        if (!mesh) return assert.deepEqual(of(/istio\.alibabacloud\.com/), []);
        const objects = of(/istio\.(io|alibabacloud\.com)\//);
        assert.ok(objects.length > 0);
        assert.deepEqual(
          objects.flatMap((object) => missing(object, [mesh])),
          [],
        );
        assert.deepEqual(missing(mesh, of(/:NodePool$/)), []);
        return undefined;
      });

      it("opens a public API server to nobody before its access list, nor after it", () => {
        const balancers = of(/:LoadBalancer$/);
        const list = of(/:SecurityGroupRule$/).filter(({ name }) => name.includes("-api-server-group-"));
        assert.equal(balancers.length > 0, list.length > 0);
        const cluster = of(/:ManagedKubernetes$/);
        assert.deepEqual(
          [...balancers, ...cluster].flatMap((each) => missing(each, list)),
          [],
        );
      });
    });
});
