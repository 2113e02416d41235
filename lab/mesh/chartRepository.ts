import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { execa } from "execa";
import { addresses, type LabHost } from "../host/labHost.js";
import { istioVersion as defaultVersion } from "../../settings/mesh.js";
import { istioVersion, laterChartVersion } from "../servers/pins.js";

const port = 8879;
/** Where the lab serves Istio's charts, as `mesh.repository` names it. */
export const chartRepository = `http://${addresses.node}:${port}`;

/** Folders of the pinned module's charts that stacks install. */
const charts = ["base", "istio-control/istio-discovery", "istio-cni"];

/** Versions under which the same charts are served: Istio's own for them, that of stacks which name none, and one to upgrade to. */
const versions = [...new Set([istioVersion, defaultVersion, laterChartVersion])];

/** Packages the charts and serves them until the host closes. */
export async function serveCharts(host: LabHost): Promise<void> {
  const { servers } = host;
  const folder = join(host.folder, "charts");
  await mkdir(folder, { recursive: true });
  const packages = charts.flatMap((chart) => versions.map((version) => ({ chart, version })));
  await Promise.all(
    packages.map(({ chart, version }) => {
      const numbers = ["--version", version, "--app-version", version];
      return execa(servers.programs.helm, [
        "package",
        join(servers.charts, chart),
        ...numbers,
        "--destination",
        folder,
      ]);
    }),
  );
  await execa(servers.programs.helm, ["repo", "index", folder]);
  const server = createServer((request, response) => {
    readFile(join(folder, basename(request.url ?? ""))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, addresses.node, resolve);
  });
  host.onClose(() => void server.close());
}
