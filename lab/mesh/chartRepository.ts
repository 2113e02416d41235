import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { execa } from "execa";
import { addresses, type LabHost } from "../host/labHost.js";
import { istioVersion } from "../servers/pins.js";

const port = 8879;
/** Where the lab serves Istio's charts, as `mesh.repository` names it. */
export const chartRepository = `http://${addresses.node}:${port}`;

/** Folders of the pinned module's charts that stacks install. */
const charts = ["base", "istio-control/istio-discovery", "istio-cni"];

/** Packages the charts under the version Istio releases them with, and serves them until the host closes. */
export async function serveCharts(host: LabHost): Promise<void> {
  const { servers } = host;
  const folder = join(host.folder, "charts");
  await mkdir(folder, { recursive: true });
  const versions = ["--version", istioVersion, "--app-version", istioVersion];
  await Promise.all(
    charts.map((chart) =>
      execa(servers.programs.helm, ["package", join(servers.charts, chart), ...versions, "--destination", folder]),
    ),
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
