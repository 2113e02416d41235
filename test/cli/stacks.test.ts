import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { stacks } from "../../cli/stacks.js";
import { smallStack, writeStack } from "../plan/stackFiles.js";

describe("A stack as input of the analysis", () => {
  it("gives the lines of its file also for names that are booleans to Kubernetes and text to Pulumi", async () => {
    for (const name of ["orders", "on", "yes"]) {
      const clients = [{ namespace: "shop", serviceAccounts: ["orders"] }];
      const databases = [{ name, host: "orders.db.example.com", protocol: "postgres", clients }];
      const file = writeStack({ ...smallStack, databases });
      writeFileSync(file, readFileSync(file, "utf8").replaceAll("'", ""));
      const input = await stacks.load({ config: file, stack: "" } as never);
      const source = input?.evidenceSource?.({ kind: "ServiceEntry", name, namespace: "shop" } as never);
      assert.equal(source?.file, file, name);
    }
  });
});
