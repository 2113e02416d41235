import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { DatabaseAllowList } from "../../../components/network/databaseAllowList.js";
import { recordStack } from "../recordedStack.js";

describe("DatabaseAllowList", () => {
  it("admits the gateway, as seen from inside the VPC and from outside, and nobody else", async () => {
    const network = { gatewayRanges: ["10.65.0.0/24"], gatewayAddresses: pulumi.output(["203.0.113.7"]) };
    const { one } = await recordStack(() => new DatabaseAllowList("list", { network }));
    assert.equal(one("list-template").inputs.ipWhiteList, "10.65.0.0/24,203.0.113.7");
  });
});
