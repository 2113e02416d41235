import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { plannedManifests } from "../../cli/manifests.js";
import { planStack } from "../../plan/stack.js";
import { assertFollowsSchema } from "../components/crdSchemas.js";

/** Kinds of Alibaba Cloud, Calico and Istio whose schema no published package has. */
const withoutSchema = new Set(["IstioGateway", "GlobalNetworkPolicy"]);

for (const file of readdirSync("stacks"))
  describe(`The stack file ${file}`, () => {
    it("renders objects that follow the schemas of the API types and of Istio's resources", async () => {
      const { resources } = await planStack(`stacks/${file}`);
      const manifests = plannedManifests(resources).filter(({ kind }) => !withoutSchema.has(kind));
      assert.ok(manifests.length > 0);
      for (const manifest of manifests) if (manifest.kind !== "Secret") assertFollowsSchema(manifest);
    });

    it("registers what its components say they register", async () => {
      const { resources, judged } = await planStack(`stacks/${file}`);
      const key = ({ kind, metadata }: { kind: string; metadata: { name: string; namespace?: string } }) =>
        `${kind} ${metadata.namespace ?? ""} ${metadata.name}`;
      const registered = new Set(plannedManifests(resources).map(key));
      for (const manifest of judged) assert.ok(registered.has(key(manifest)), key(manifest));
    });
  });
