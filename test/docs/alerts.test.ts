import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { gatewayStatistics } from "../../components/observability/metrics/statistics.js";
import { alertNames } from "../../settings/alerts.js";

const folder = "docs/alerts";

describe("The pages of alerts", () => {
  it("are one for each alert, and no more", () => {
    const pages = readdirSync(folder).filter((name) => name !== "README.md");
    assert.deepEqual(pages.sort(), alertNames.map((name) => `${name}.md`).sort());
  });

  for (const name of alertNames)
    it(`${name} says what it means, what it does to users, how to find the cause, and how to end it`, () => {
      const page = readFileSync(`${folder}/${name}.md`, "utf8");
      const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      assert.deepEqual(headings, ["Meaning", "Impact", "Diagnosis", "Mitigation"]);
      assert.match(page, /```promql\n.+/);
    });

  it("list the statistics that are switched on", () => {
    const page = readFileSync(`${folder}/README.md`, "utf8");
    for (const regexp of gatewayStatistics) assert.ok(page.includes(regexp), regexp);
  });
});
