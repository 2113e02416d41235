import { readFileSync } from "node:fs";
import { execa } from "execa";
import { envoyWheel } from "../../lab/servers/pins.js";

/** Modules the lab's servers are built from, by the folder of their `go.mod`. */
const modules = {
  istio: "istio.io/istio",
  kubernetes: "k8s.io/kubernetes",
  pulumi: "github.com/pulumi/pulumi/pkg/v3",
  "mongo-server": "github.com/FerretDB/FerretDB",
};

/** Versions of what was measured in the lab. */
export async function labVersions(): Promise<Record<string, string>> {
  const built = Object.entries(modules).map(([name, module]) => [name, moduleVersion(name, module)]);
  const { stdout } = await execa("mariadbd", ["--version"]);
  const mariadb = /Ver (\S+)/.exec(stdout)?.[1] ?? stdout;
  return { ...(Object.fromEntries(built) as Record<string, string>), envoy: envoyWheel.version, mariadb };
}

function moduleVersion(folder: string, module: string): string {
  const text = readFileSync(new URL(`../../lab/servers/${folder}/go.mod`, import.meta.url), "utf8");
  return new RegExp(`^(?:require)?\\s*${module} (\\S+)$`, "m").exec(text)?.[1] ?? "not known";
}
