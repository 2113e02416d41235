import assert from "node:assert/strict";
import { checkAssertions } from "../assertions.js";
import type { Assertion } from "../model/model.js";
import { analysed, closed, entry } from "./istio/grid.js";

const host = "db.example.com";
const database = entry("front", host, "{number: 5432, name: tcp, protocol: TCP}");
const policy = (name: string, rules: string) =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}, namespace: front}, spec: {podSelector: {}, policyTypes: [Egress]${rules}}}\n---\n`;
const deny = policy("deny", "");
const dns = policy("dns", ", egress: [{ports: [{port: 53, protocol: UDP}]}]");
const inside = policy("inside", ", egress: [{to: [{podSelector: {}}]}]");
const open = policy("open", ", egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]");

/** Names of the objects that failures of an assertion are put down to. */
function causes(yaml: string, expected: Pick<Assertion, "expect" | "bypass">): string[] {
  const { rows, targets } = analysed({ yaml, options: closed });
  const assertion: Assertion = { name: "one", from: { namespace: "front" }, to: { host }, ...expected };
  return checkAssertions([assertion], rows, targets).flatMap(({ failures }) =>
    failures.map(({ cause }) => `${cause?.kind} ${cause?.name}`),
  );
}

describe("the cause of an assertion that fails", () => {
  it("is what lets a connection through, not a policy that refuses it", () => {
    assert.deepEqual(causes(database + deny + dns + inside + open, { bypass: "blocked" }), ["NetworkPolicy open"]);
    assert.deepEqual(causes(database + deny + dns + inside + open, { expect: "blocked" }), ["NetworkPolicy open"]);
  });

  it("is what refuses a connection that should be there", () => {
    assert.deepEqual(causes(database + deny, { expect: "direct" }), ["NetworkPolicy deny"]);
  });
});
