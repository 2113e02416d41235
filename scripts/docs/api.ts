import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";

/** Shapes the signatures mention and a user need not name: checked settings and what is derived from them. */
const unnamed = ["Blueprint", "GatewaySettings", "protocols", "trafficModes", "VswitchIds"];

const options: TypeDocOptions & Record<string, unknown> = {
  plugin: ["typedoc-plugin-markdown"],
  entryPoints: ["components/index.ts", "components/gke.ts", "components/ack.ts"],
  tsconfig: "tsconfig.build.json",
  intentionallyNotExported: unnamed,
  // What Pulumi's own classes bring is documented there.
  excludeExternals: true,
  excludePrivate: true,
  excludeProtected: true,
  // Line numbers would make every page stale with every commit.
  disableSources: true,
  readme: "none",
  logLevel: "Warn",
  outputFileStrategy: "modules",
  modulesFileName: "README",
  entryFileName: "README",
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
};

/** The API reference, page by page, from the docstrings of what the package exports. */
export async function apiReference(): Promise<Record<string, string>> {
  // TypeDoc empties the folder it writes to, so it gets one of its own.
  const folder = mkdtempSync(join(tmpdir(), "api-"));
  try {
    const app = await Application.bootstrapWithPlugins({ ...options, outputs: [{ name: "markdown", path: folder }] });
    const converted = await app.convert();
    if (!converted) throw new Error("The API reference needs sources that compile. See: npm run typecheck");
    app.validate(converted);
    await app.generateOutputs(converted);
    if (app.logger.hasWarnings()) throw new Error("Export what is missing from the API reference, or leave it unnamed");
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md"));
    return Object.fromEntries(pages.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
