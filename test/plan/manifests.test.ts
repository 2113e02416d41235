import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { inOrder } from "../../cli/writeManifests.js";
import { blueprintOf } from "../../components/blueprint.js";
import { loadSettings } from "../../settings/load.js";
import { readStackFile } from "../../settings/stackFile.js";
import { assertFollowsSchema } from "../components/crdSchemas.js";

/** Kinds of Alibaba Cloud, Calico and Istio whose schema no published package has. */
const withoutSchema = new Set(["IstioGateway", "GlobalNetworkPolicy"]);

for (const file of readdirSync("stacks"))
  describe(`The stack file ${file}`, () => {
    it("renders objects that follow the schemas of the API types and of Istio's resources", () => {
      const settings = loadSettings(readStackFile(`stacks/${file}`).own);
      const manifests = inOrder(blueprintOf(settings).manifests).filter(({ kind }) => !withoutSchema.has(kind));
      assert.ok(manifests.length > 0);
      for (const manifest of manifests) if (manifest.kind !== "Secret") assertFollowsSchema(manifest);
    });
  });
