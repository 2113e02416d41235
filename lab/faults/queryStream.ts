import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../host/labHost.js";
import { labFolder } from "../host/mounts.js";
import type { ExecResult } from "../node/nodeAgent.js";
import { applicationUser } from "../probes/users.js";
import type { Stage, Who } from "../scenarios/stage.js";
import { type Answer, answersOf, type StreamEvent, streamStatement } from "./streamReport.js";

const program = fileURLToPath(new URL("queryStream.js", import.meta.url));
/** No fault takes longer. */
const longestMs = 180_000;

/** An application that queries its database all the time, connects again when it must, and keeps book. */
export class QueryStream {
  private constructor(
    private readonly file: string,
    private readonly ended: Promise<ExecResult>,
  ) {}

  /** Starts one in a client's pod and waits for its first answer. */
  static async start(stage: Stage, who: Who, host: string, timeoutMs = longestMs): Promise<QueryStream> {
    const folder = await mkdtemp(join(labFolder, "query-stream-"));
    await chmod(folder, 0o777); // the client is not root
    const file = join(folder, "events.jsonl");
    const ended = stage.exec(who, [process.execPath, program, host, file, streamStatement], {
      user: applicationUser,
      timeoutMs,
      environment: { MYSQL_PWD: stage.outside.password },
    });
    const stream = new QueryStream(file, ended);
    await stream.answered(() => true, 15_000);
    return stream;
  }

  async events(): Promise<StreamEvent[]> {
    const text = await readFile(this.file, "utf8").catch(() => "");
    const complete = text.slice(0, text.lastIndexOf("\n") + 1);
    return complete.split("\n").flatMap((line) => (line ? [JSON.parse(line) as StreamEvent] : []));
  }

  /** The newest answer. */
  async latest(): Promise<Answer> {
    const answer = answersOf(await this.events()).at(-1);
    if (!answer) throw new Error("The query stream has no answer yet.");
    return answer;
  }

  /** Waits for an answer of some kind. */
  answered(fits: (answer: Answer) => boolean, timeoutMs: number): Promise<Answer> {
    return until("an answer to the query stream", async () => answersOf(await this.events()).find(fits), { timeoutMs });
  }

  /** Ends it and returns all that happened. */
  async stop(): Promise<StreamEvent[]> {
    if (!existsSync(`${this.file}.stop`)) await writeFile(`${this.file}.stop`, "");
    await this.ended;
    return this.events();
  }
}
