// `node queryStream.js HOST EVENTS STATEMENT`: one query after another, on one connection as long as it lasts, by the
// real client. Each answer and each failure is a line of the file EVENTS; EVENTS.stop ends it.
import { spawn } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const [host, events, statement] = process.argv.slice(2);
const intervalMs = 100;
/** An application's own patience: its pool gives a connection up that does not answer for this time. */
const patienceMs = 3_000;
const login = ["-h", host, "-u", "root", "--skip-ssl", `--connect-timeout=${patienceMs / 1000}`];

const tell = (event) => appendFileSync(events, `${JSON.stringify({ at: Date.now(), ...event })}\n`);
const isOver = () => existsSync(`${events}.stop`);

/** Queries on one connection until it fails; the reason is thrown. */
async function queryUntilLost() {
  const client = spawn("mariadb", ["--no-defaults", ...login, "-NB", "--unbuffered"]);
  client.stdin.on("error", () => undefined); // the client's own message says more
  let said = "";
  client.stderr.on("data", (text) => (said += text));
  const ended = new Promise((_, reject) =>
    client.once("close", () => reject(new Error(said.trim().split("\n").at(-1) || "closed"))),
  );
  ended.catch(() => undefined);
  const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
  try {
    while (!isOver()) {
      client.stdin.write(`${statement};\n`);
      const patience = new AbortController();
      const late = sleep(patienceMs, undefined, { signal: patience.signal }).then(
        () => Promise.reject(new Error(`no answer in ${patienceMs} ms`)),
        () => new Promise(() => undefined),
      );
      const { value, done } = await Promise.race([lines.next(), ended, late]);
      patience.abort();
      if (done) await ended;
      tell({ answer: value });
      await sleep(intervalMs);
    }
  } finally {
    client.kill("SIGKILL");
  }
}

while (!isOver()) {
  await queryUntilLost().catch(({ message }) => tell({ failure: message }));
  await sleep(intervalMs);
}
