import assert from "node:assert/strict";
import { FlowLogs } from "../../../components/network/flowLogs.js";
import { recordStack } from "../recordedStack.js";

describe("FlowLogs", () => {
  it("keeps refused connections of the whole VPC as well as allowed ones", async () => {
    const { one } = await recordStack(() => new FlowLogs("flows", { vpcId: "vpc-1", retentionDays: 90 }));
    const { resourceType, resourceId, trafficType } = one("flows-log").inputs;
    assert.deepEqual([resourceType, resourceId, trafficType], ["VPC", "vpc-1", "All"]);
    assert.equal(one("flows-store").inputs.retentionPeriod, 90);
    assert.ok(one("flows-log").dependsOn.includes("flows-store"));
  });

  it("leaves the project's name to the engine, because it is unique in the whole cloud", async () => {
    const { one } = await recordStack(() => new FlowLogs("flows", { vpcId: "vpc-1" }));
    assert.equal(one("flows-project").inputs.projectName, undefined);
  });
});
