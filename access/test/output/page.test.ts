import { about } from "./about.js";
import { message } from "../../messages/index.js";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import type { AssertionResult, ReachChange } from "../../model/model.js";
import { accessPage } from "../../web/accessPage.js";
import { changesPage } from "../../web/changesPage.js";
import { checksPage } from "../../web/checksPage.js";
import { mtlsPage } from "../../web/mtlsPage.js";
import { manifests, matrix, meshAnswers, nothingBeside } from "./matrix.js";
import { listedRows } from "./listedRows.js";
import { rows } from "./rows.js";

const browser = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

describe("the page, as text", () => {
  it("names nothing outside itself", () => {
    const html = accessPage(about, { ...matrix(3, 8), objects: manifests });
    const outward = /(src|href)="(?!#|data:)|https?:\/\/|@import|url\((?!#)/.exec(
      html.replaceAll("http://www.w3.org/", ""),
    );
    assert.equal(outward?.[0], undefined);
    assert.ok(html.includes("default-src 'none'"));
  });

  it("lets no text of a manifest end the script that holds it", () => {
    const html = accessPage(about, { ...matrix(1, 8), objects: manifests });
    assert.ok(!html.includes("</script><b>"));
    assert.ok(!html.includes("<img"));
  });

  it("shows the first of many changes, and says how many more there are", () => {
    const [row] = rows;
    assert.ok(row);
    const { from, to, mesh, bypass } = row;
    const html = changesPage(about, nothingBeside, Array<ReachChange>(600).fill({ from, to, after: { mesh, bypass } }));
    assert.equal(html.match(/<article/g)?.length, 500);
    assert.match(html, /600 changes.*… and 100 more changes/s);
  });

  it("writes a matrix of 5,000 by 1,000 in less than 4 MB", function () {
    this.timeout(60_000);
    assert.ok(accessPage(about, { ...matrix(10, 10), ...large(), objects: manifests }).length < 4_000_000);
  });
});

/** Rows of a large input share their verdicts; the counts in the summary do not matter here. */
function large() {
  const { rows: all, workloads, targets } = matrixWithoutCounts(5_000, 1_000);
  return { rows: all, workloads, targets };
}

function matrixWithoutCounts(workloadCount: number, targetCount: number) {
  const { workloads } = matrix(workloadCount, 1);
  const { targets } = matrix(1, targetCount);
  const [first, second] = rows;
  assert.ok(first && second);
  const all = listedRows({
    length: workloadCount * targetCount,
    *[Symbol.iterator]() {
      for (let r = 0; r < workloadCount; r++)
        for (let c = 0; c < targetCount; c++) yield (r + c) % 500 === 0 ? first : second;
    },
  });
  return { rows: all, workloads, targets };
}

describe("the page, in a browser", function () {
  this.timeout(60_000);
  let folder: string;
  let context: BrowserContext;
  let page: Page;
  let errors: string[];

  before(async function () {
    if (!existsSync(browser)) {
      process.stderr.write(`    skipped: no browser at ${browser}; install chromium, or name one in CHROMIUM\n`);
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), "page-"));
    context = await chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: browser,
      args: flags,
      viewport: { width: 1440, height: 900 },
      offline: true,
    });
  });
  after(async () => {
    await context?.close();
    if (folder) await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    page = await context.newPage();
    errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  });
  afterEach(async () => {
    await page.close();
    assert.deepEqual(errors, []);
  });

  async function open(html: string): Promise<void> {
    const file = join(folder, "page.html");
    await writeFile(file, html);
    await page.goto(pathToFileURL(file).href);
  }
  const selected = () => page.locator('[role=gridcell][aria-selected="true"]');

  it("opens with the gravest pair, or with the one it is told", async () => {
    await open(accessPage(about, { ...matrix(3, 8), objects: manifests }));
    assert.match((await selected().getAttribute("aria-label")) ?? "", /^misrouted/);
    const from = { namespace: "team-0", workload: "app-1", serviceAccount: "app-1" };
    const whole = { ...matrix(3, 8), objects: manifests };
    await open(accessPage(about, whole, {}, { from, to: { host: "db-2.example.com", port: 3306 } }));
    assert.match(await page.locator("#details h2").innerText(), /team-0\/app-1 → db-2\.example\.com:3306/);
  });

  it("draws every kind of path without an error, lying and standing", async () => {
    await open(accessPage(about, { ...matrix(3, 8), objects: manifests }));
    await page.locator("#matrix").focus();
    await page.keyboard.press("Control+Home");
    for (const width of [1440, 400]) {
      await page.setViewportSize({ width, height: 900 });
      for (const answer of meshAnswers) {
        const picture = await page.locator("#details svg[role=img]").getAttribute("aria-label");
        assert.ok(picture && picture.length > 20, answer.verdict);
        await page.keyboard.press("ArrowRight");
      }
      await page.keyboard.press("Home");
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it("is used by keyboard alone", async () => {
    await open(accessPage(about, { ...matrix(20, 8), objects: manifests }));
    await page.locator("#matrix").focus();
    await page.keyboard.press("Control+Home");
    assert.equal(await selected().getAttribute("id"), "c0-0");
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    assert.equal(await page.locator("#matrix").getAttribute("aria-activedescendant"), "c2-1");
    await page.keyboard.press("Control+End");
    assert.equal(await selected().getAttribute("id"), "c19-7");
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    assert.ok(await page.locator("#manifest").isVisible());
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#manifest").isHidden());
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate("document.activeElement.id"), "matrix");
  });

  it("is searched with a slash, and filtered by namespace, verdict and trouble", async () => {
    await open(accessPage(about, { ...matrix(20, 8), objects: manifests }));
    const counts = () => page.locator("#status").innerText();
    await page.keyboard.press("/");
    assert.equal(await page.evaluate("document.activeElement.id"), "search");
    await page.keyboard.type("app-7");
    await page.keyboard.press("Enter");
    assert.match(await counts(), /1 of 20 workloads × 8 databases/);
    await page.fill("#search", "orders-3");
    await page.keyboard.press("Enter");
    assert.match(await counts(), /20 workloads × 1 of 8 databases/);
    await page.fill("#search", "nothing like it");
    await page.keyboard.press("Enter");
    assert.match(await page.locator("#matrix").innerText(), /Nothing matches/);
    await page.fill("#search", "");
    await page.keyboard.press("Enter");
    await page.selectOption("#namespace", "team-1");
    assert.match(await counts(), /10 of 20 workloads/);
    await page.click('[data-filter="misrouted"]');
    assert.ok((await page.locator(".c.dim").count()) > 0);
    assert.equal(await page.locator(".c.v-misrouted.dim").count(), 0);
    await page.click('[data-filter="misrouted"]');
    await page.check("#problems");
    assert.ok((await page.locator(".c.dim").count()) > 0);
  });

  it("shows the manifest behind evidence, with the field marked", async () => {
    await open(accessPage(about, { ...matrix(1, 8), objects: manifests }));
    await page.locator("#matrix").focus();
    await page.keyboard.press("Home");
    for (let step = 0; step < 6; step++) await page.keyboard.press("ArrowRight");
    await page.click(".evidence .link");
    assert.equal(await page.locator("#manifest-title").innerText(), "AuthorizationPolicy gw/db");
    assert.match(await page.locator("#manifest .place").innerText(), /gw\/policy\.yaml:3 · spec\.rules\[0\]\.from/);
    assert.match(
      (await page.locator("#manifest .hit").allInnerTexts()).join("\n"),
      /from:\n.*source:\n.*namespaces:\n.*demo/,
    );
  });

  it("gives assistive technology a grid with its true size", async () => {
    await open(accessPage(about, { ...matrix(200, 60), objects: manifests }));
    await page.uncheck("#fold");
    const grid = page.locator("[role=grid]");
    assert.equal(await grid.getAttribute("aria-rowcount"), "201");
    assert.equal(await grid.getAttribute("aria-colcount"), "61");
    assert.ok((await page.locator("[role=gridcell]").count()) < 200 * 60);
    assert.ok((await page.locator("[role=row] > [role=rowheader]").count()) > 5);
  });

  it("folds workloads and databases that nothing distinguishes, and says which they are", async () => {
    const whole = matrix(200, 60);
    await open(accessPage(about, { ...whole, objects: manifests }));
    assert.match(await page.locator("#status").innerText(), /200 workloads × 60 databases in 24 lines/);
    assert.equal(await page.locator("[role=grid]").getAttribute("aria-colcount"), "25");
    await page.locator(".ch .more").first().waitFor();
    assert.match(
      await page.locator("#details .same summary").last().innerText(),
      /Databases with the same answers: \d more/,
    );
  });

  it("sorts names as people do, app-2 before app-10", async () => {
    await open(accessPage(about, { ...matrix(12, 3), objects: manifests }));
    const names = await page.locator(".rh .wl").allInnerTexts();
    assert.deepEqual(names.slice(0, 4), ["app-0", "app-1", "app-2", "app-3"]);
    assert.equal(names.at(-1), "app-11");
  });

  it("says when, by what and with which options it was made, and what was assumed", async () => {
    const assumptions = [message("no-network-policies")];
    await open(accessPage(about, { ...matrix(2, 2), assumptions, objects: manifests }));
    const text = await page.locator(".about").innerText();
    assert.match(text, /Assumed: The input contains no NetworkPolicy/);
    assert.match(text, /mesh-access 1\.2\.3 · 2026-01-02 03:04:05 UTC · options: outboundTrafficPolicy REGISTRY_ONLY/);
  });

  it("opens with the verdicts that were asked for", async () => {
    await open(accessPage(about, { ...matrix(8, 8), objects: manifests }, { only: ["misrouted"] }));
    assert.equal(await page.locator('[data-filter="misrouted"]').getAttribute("aria-pressed"), "true");
    assert.equal(await page.locator('[data-filter="direct"]').getAttribute("aria-pressed"), "false");
  });

  it("draws every line for paper", async () => {
    await open(accessPage(about, { ...matrix(40, 20), objects: manifests }));
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    assert.equal(await page.locator("[role=gridcell]").count(), 40 * 20);
  });

  it("stays quick with five million cells", async () => {
    await open(accessPage(about, { ...matrix(10, 10), ...large(), objects: manifests }));
    await page.uncheck("#fold");
    await page.locator("#matrix").focus();
    const start = performance.now();
    await page.keyboard.press("Control+End");
    await selected().waitFor();
    assert.equal(await selected().getAttribute("id"), "c4999-999");
    await page.check("#problems");
    assert.ok(performance.now() - start < 5_000);
  });

  it("has no horizontal overflow on a phone, and dark colours where they are wanted", async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
    await open(accessPage(about, { ...matrix(5, 8), objects: manifests }));
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
    const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    assert.equal(ground, "rgb(16, 17, 20)");
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it("has pages for comparisons, assertions and mutual TLS, too", async () => {
    const [first, second] = rows;
    assert.ok(first && second);
    const { from, to, mesh, bypass } = first;
    await open(
      changesPage(about, nothingBeside, [
        { from, to, before: { mesh, bypass }, after: second },
        { from, to, after: second },
      ]),
    );
    assert.equal(await page.locator("article").count(), 2);
    const [evidence] = mesh.because;
    const result: AssertionResult = {
      assertion: { from: "*", to: "*" },
      covered: 1,
      broken: 1,
      failures: [{ ...message("assertion-identity"), cause: evidence, pairs: 1, examples: [first] }],
      ok: false,
    };
    await open(checksPage(about, nothingBeside, [result]));
    assert.match(await page.locator("article").innerText(), /failed.*expected an authenticated client/s);
    const [because] = mesh.because;
    assert.ok(because);
    await open(
      mtlsPage(about, nothingBeside, [
        { namespace: "demo", workload: "web", port: null, mode: "STRICT", plaintext: false, because },
      ]),
    );
    assert.match(await page.locator("tbody tr").innerText(), /demo\/web.*refused.*STRICT/s);
  });
});
