import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** One message of `istioctl analyze`. */
export interface IstioctlMessage {
  readonly code: string;
  readonly level: string;
  readonly origin: string;
  readonly message: string;
}

/** Runs Istio's own analyser over manifests as files, without a cluster, as the access analysis reads them too. */
export class Istioctl {
  private count = 0;

  constructor(
    private readonly program: string,
    private readonly folder: string,
  ) {}

  async analyze(manifests: readonly object[]): Promise<IstioctlMessage[]> {
    await mkdir(this.folder, { recursive: true });
    const file = join(this.folder, `${this.count++}.yaml`);
    await writeFile(file, manifests.map((object) => `---\n${JSON.stringify(object)}\n`).join(""));
    // Without the flag for all namespaces only what it finds in `default` is told. Exit code 79 means that it found something.
    const { stdout } = await execa(
      this.program,
      ["analyze", "--use-kube=false", "--all-namespaces", "-o", "json", file],
      {
        reject: false,
      },
    );
    const found = JSON.parse(stdout || "[]") as Partial<IstioctlMessage>[] | null;
    return (found ?? []).map(({ code = "", level = "", origin = "", message = "" }) => ({
      code,
      level,
      origin,
      message,
    }));
  }
}
