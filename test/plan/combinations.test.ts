import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readYaml } from "mesh-access/yaml";
import { planStack } from "../../plan/stack.js";
import { SettingsError } from "../../settings/problem.js";
import { smallStack, writeStack } from "./stackFiles.js";

/** The cluster of one of the project's own stacks. */
function clusterOf(stack: string): { cloud: string } {
  const file = readYaml(readFileSync(`stacks/Pulumi.${stack}.yaml`, "utf8")).value as {
    config: Record<string, { cloud: string }>;
  };
  return file.config["mesh-egress:cluster"] ?? { cloud: "" };
}

// Two databases on one port, as the small stack has them, need DNS capture: on Cloud Service Mesh the Rapid channel.
const rapid = { ...clusterOf("boutique"), releaseChannel: "RAPID" };
const clusters = [clusterOf("rds"), rapid, { cloud: "existing" }];
const sensible: Record<string, string[]> = {
  istio: ["ack", "gke", "existing"],
  asm: ["ack"],
  "cloud-service-mesh": ["gke"],
};
const promise = {
  from: { namespace: "shop", serviceAccount: "orders" },
  to: { database: "orders" },
  expect: "gateway",
  identity: true,
  bypass: "blocked",
};
const workloads = [{ kind: "deployment", name: "orders", namespace: "shop", image: "alpine:3.22", runAsUser: 1000 }];

describe("A mesh on a cloud", () => {
  for (const kind of Object.keys(sensible))
    for (const cluster of clusters) {
      const stack = { ...smallStack, cluster, mesh: { kind }, workloads, access: { assert: [promise] } };
      if (sensible[kind]?.includes(cluster.cloud))
        it(`guards a database the same way: ${kind} on ${cluster.cloud}`, async () => {
          const { access } = await planStack(writeStack(stack));
          assert.match(
            access["shop/orders -> orders.db.example.com:3306"] ?? "",
            /gateway.*, authenticated\).*bypass blocked/,
          );
        });
      else
        it(`is refused with the reason: ${kind} on ${cluster.cloud}`, async () => {
          await assert.rejects(
            planStack(writeStack(stack)),
            (error) => error instanceof SettingsError && error.problems.some(({ path }) => path === "mesh.kind"),
          );
        });
    }
});
