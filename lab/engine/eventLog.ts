import { open, type FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/** How far progress may lag behind. */
const lag = 100; // ms
const chunk = 256 * 1024; // bytes

/**
 * Hands on every event the engine writes to `path` while `run` runs. The Automation API follows the log of engines before
 * 3.206 by a library that mixes up lines when many are written at once; losing an event here would hide a change.
 */
export async function withEvents<T>(
  path: string,
  onEvent: (event: EngineEvent) => void,
  run: () => Promise<T>,
): Promise<T> {
  const log = await open(path, "w+");
  const lines = new Lines(log);
  let isRunning = true;
  const follow = async () => {
    for (let isLast = false; !isLast;) {
      isLast = !isRunning;
      for (const line of await lines.read()) onEvent(JSON.parse(line) as EngineEvent);
      if (!isLast) await sleep(lag);
    }
  };
  const following = follow();
  try {
    return await run();
  } finally {
    isRunning = false;
    await following;
    await log.close();
  }
}

/** Complete lines of a file that grows. */
class Lines {
  private readonly decoder = new StringDecoder("utf8");
  private readonly buffer = Buffer.alloc(chunk);
  private position = 0;
  private unfinished = "";

  constructor(private readonly file: FileHandle) {}

  async read(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const { bytesRead } = await this.file.read(this.buffer, 0, chunk, this.position);
      if (bytesRead === 0) return lines.filter(Boolean);
      this.position += bytesRead;
      const complete = (this.unfinished + this.decoder.write(this.buffer.subarray(0, bytesRead))).split("\n");
      this.unfinished = complete.pop() ?? "";
      lines.push(...complete);
    }
  }
}
