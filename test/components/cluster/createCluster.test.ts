import assert from "node:assert/strict";
import { execa } from "execa";

/** Names of the cloud SDKs a fresh process has loaded after creating what makes a cluster. */
async function loaded(settings: object): Promise<string[]> {
  const program = `
    import { createRequire } from "node:module";
    const { createCluster } = await import("./components/cluster/createCluster.ts");
    await createCluster(${JSON.stringify(settings)});
    const files = Object.keys(createRequire(import.meta.url).cache);
    const sdks = ["gcp", "alicloud"].filter((sdk) => files.some((file) => file.includes("@pulumi/" + sdk + "/")));
    console.log(JSON.stringify(sdks));`;
  const { stdout } = await execa(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program]);
  return JSON.parse(stdout) as string[];
}

describe("What makes a cluster", () => {
  it("loads the SDK of its own cloud only", async () => {
    const found = await Promise.all(["existing", "gke", "ack"].map((cloud) => loaded({ cloud })));
    assert.deepEqual(found, [[], ["gcp"], ["alicloud"]]);
  });
});
