import assert from "node:assert/strict";
import { blueprintOf } from "../../components/blueprint.js";
import { SecurePlatform } from "../../components/platform.js";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import { planStack } from "../../plan/stack.js";
import { smallStack, writeStack } from "../plan/stackFiles.js";
import { recordStack } from "./recordedStack.js";

describe("SecurePlatform", () => {
  it("names every secret that is missing at once, and registers nothing", async () => {
    const workloads = ["first", "second"].map((name) => ({
      kind: "deployment",
      name,
      namespace: "shop",
      image: "alpine:3.22",
      secretEnv: { PASSWORD: `${name}Password` },
    }));
    const blueprint = blueprintOf(loadSettings({ ...smallStack, workloads }));
    const { registered } = await recordStack(() =>
      assert.rejects(
        SecurePlatform.create("platform", { blueprint, secrets: { another: "x" } }),
        (error) =>
          error instanceof SettingsError &&
          error.problems.map(({ path }) => path).join() === "secrets.firstPassword,secrets.secondPassword",
      ),
    );
    assert.deepEqual(registered, []);
  });

  it("sends Istio's resources to ASM's own API server, and everything else to the cluster's", async () => {
    const zone = { zone: "cn-hangzhou-i", nodes: "10.0.0.0/24", pods: "10.64.0.0/20", gateway: "10.64.32.0/24" };
    const cluster = {
      cloud: "ack",
      vpcId: "vpc-1",
      region: "cn-hangzhou",
      zones: [zone],
      nodePool: { instanceTypes: ["ecs.g7.xlarge"] },
      gatewayPool: { instanceTypes: ["ecs.g7.large"] },
    };
    const { resources } = await planStack(writeStack({ ...smallStack, cluster, mesh: { kind: "asm" } }));
    const objects = resources.filter(({ type }) => /^kubernetes:(?!helm)/.test(type));
    const providersOf = (ofIstio: boolean) => {
      const wanted = objects.filter(({ type }) => /istio\.(io|alibabacloud)/.test(type) === ofIstio);
      return new Set(wanted.filter(({ inputs }) => inputs["kind"] !== "Namespace").map(({ provider }) => provider));
    };
    const [mesh, ...moreMeshes] = providersOf(true);
    const [own, ...moreClusters] = providersOf(false);
    assert.deepEqual([moreMeshes, moreClusters], [[], []]);
    assert.ok(mesh && own && mesh !== own, `${mesh} and ${own}`);
    const namespaces = objects.filter(({ inputs, name }) => inputs["kind"] === "Namespace" && name.includes("shop"));
    assert.deepEqual(namespaces.map(({ provider }) => provider).sort(), [mesh, own].sort());
  });

  it("tells ASM's gateway which cluster runs it", async () => {
    const { resources } = await planStack("stacks/Pulumi.rds.yaml");
    const gateway = resources.find(({ inputs }) => inputs["kind"] === "IstioGateway");
    assert.deepEqual((gateway?.inputs["spec"] as { clusterIds: string[] }).clusterIds, ["platform-cluster-cluster"]);
    const cluster = resources.find(({ type }) => type.endsWith(":ManagedKubernetes"));
    assert.ok(cluster && gateway?.dependencies.includes(cluster.urn));
  });
});
