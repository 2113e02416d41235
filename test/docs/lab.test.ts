import assert from "node:assert/strict";
import { labLines } from "../../scripts/docs/lab.js";

describe("The list of what the lab looks at", () => {
  const lines = labLines();

  it("gives every line an anchor of its own", () => {
    assert.equal(new Set(lines.map(({ anchor }) => anchor)).size, lines.length);
  });

  it("puts what differs in the protocol only into one line", () => {
    const answered = lines.filter(({ title }) => title === "tcp-gateway-mtls: the client is answered");
    assert.equal(answered.length, 1);
    assert.ok(answered[0]?.protocols.includes("mysql"));
    assert.ok(answered[0]?.protocols.includes("postgres"));
  });
});
