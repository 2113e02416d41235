import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Processes } from "../../host/processes.js";
import { until } from "../../host/readiness.js";

/** Gone, or a zombie that its new parent has yet to collect. */
const ended = (pid: number): boolean =>
  !existsSync(`/proc/${pid}`) || / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

describe("a process of the lab", () => {
  let logs: string;
  let processes: Processes;
  beforeEach(() => {
    logs = mkdtempSync(join(tmpdir(), "logs-"));
    processes = new Processes(logs);
  });
  afterEach(async () => {
    await processes.stopAll();
    rmSync(logs, { recursive: true });
  });

  it("writes to a log of its name and is ended with what it started", async () => {
    const started = processes.start("parent", "sh", ["-c", "sleep 60 & echo child $!; wait"]);
    const child = await started.ready(async () => /child (\d+)/.exec(await started.output())?.[1], 5_000);
    assert.equal((await started.stop()).signal, "SIGTERM");
    await until("the child to end", async () => ended(Number(child)), { timeoutMs: 5_000 });
    assert.equal(started.running, false);
  });

  it("fails at once, with the end of its log, when it ends before it is ready", async () => {
    const started = processes.start("broken", "sh", ["-c", "echo no such flag >&2; exit 2"]);
    await assert.rejects(
      started.ready(async () => false, 60_000),
      /broken ended before it was ready[\s\S]*no such flag/,
    );
    assert.deepEqual(await started.exited, { code: 2, signal: null });
  });

  it("is killed when it does not heed the request to end", async () => {
    const started = processes.start("stubborn", "sh", ["-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"]);
    await started.ready(async () => (await started.output()).includes("up"), 5_000);
    assert.equal((await started.stop({ graceMs: 100 })).signal, "SIGKILL");
  });

  it("can be started again under its name, but not twice at once", async () => {
    const first = processes.start("again", "sleep", ["60"]);
    assert.throws(() => processes.start("again", "sleep", ["60"]), /runs already/);
    await first.stop();
    assert.ok(processes.start("again", "sleep", ["60"]).running);
  });
});
