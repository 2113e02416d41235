import assert from "node:assert/strict";
import { reportPage } from "../../report/html.js";
import { closingLine, labReport } from "../../report/labReport.js";
import { reportTable } from "../../report/table.js";

const result = {
  scenario: "rds",
  step: "as it is",
  observation: "d",
  title: "the client's query is answered",
  expected: "rds",
  seen: "rds",
  passed: true,
  seconds: 0.2,
};
const failed = { ...result, observation: "h", title: "no byte", seen: "<handshake>", passed: false };

function reportOf(results: (typeof result)[]) {
  const scenario = { name: "rds", title: "A client", replaced: [], results, seconds: 3 };
  return labReport({ startedAt: "2026-01-01T00:00:00.000Z", seconds: 4, departures: [], scenarios: [scenario] });
}

describe("the lab's report", () => {
  it("closes with the number of what passed and what failed", () => {
    assert.equal(closingLine(reportOf([result, failed])), "1 passed, 1 failed");
  });

  it("tells a failure in full in the terminal", () => {
    const table = reportTable(reportOf([result, failed]));
    assert.match(table, /rds h: no byte/);
    assert.match(table, /seen {5}<handshake>/);
  });

  it("is a page without anything from elsewhere, and without markup from what was seen", () => {
    const page = reportPage(reportOf([result, failed]));
    assert.match(page, /&lt;handshake&gt;/);
    assert.doesNotMatch(page, /<script|https?:\/\/|@import|<handshake>/);
  });
});
