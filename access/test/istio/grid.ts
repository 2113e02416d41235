import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import { parseManifests } from "../../input/parse.js";
import type { Analysis, AnalysisOptions, Evidence, Row } from "../../model/model.js";

/** One input of a grid: manifests in, verdicts and the objects that decide them out. */
export interface GridRow {
  /** Completes "answers for". */
  title: string;
  yaml: string;
  options?: AnalysisOptions;
  /** Verdict of the mesh path, by `namespace/workload host:port`. */
  reach?: Readonly<Record<string, string>>;
  /** Links of evidence as `Kind namespace/name id`, by pair: each must be in its chain. */
  because?: Readonly<Record<string, readonly string[]>>;
  /** Ids of findings, all of them. */
  findings?: readonly string[];
  /** Ids of problems that must be among those of the input. */
  problems?: readonly string[];
}

/** Two namespaces with a client each, an egress gateway whose Service translates its ports, and what a row adds. */
const town = `
{apiVersion: v1, kind: Namespace, metadata: {name: istio-system}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: front, labels: {istio-injection: enabled}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: back, labels: {istio-injection: enabled}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: front}, spec: {template: {metadata: {labels: {app: web}}, spec: {serviceAccountName: web, containers: [{name: app}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: job, namespace: back}, spec: {template: {metadata: {labels: {app: job}}, spec: {serviceAccountName: job, containers: [{name: app}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: exit, namespace: istio-system}, spec: {template: {metadata: {labels: {istio: exit, sidecar.istio.io/inject: "true"}, annotations: {inject.istio.io/templates: gateway}}, spec: {containers: [{name: istio-proxy, image: auto}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: exit, namespace: istio-system}, spec: {selector: {istio: exit}, ports: [{name: tls, port: 443, targetPort: 9443}]}}
---
`;

export const closed: AnalysisOptions = { mesh: { outboundTrafficPolicy: "REGISTRY_ONLY" } };

/** A ServiceEntry for one host, in one line. */
export function entry(namespace: string, host: string, port: string, more = "resolution: DNS"): string {
  const name = host.split(".")[0] ?? host;
  return `{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: ${name}, namespace: ${namespace}}, spec: {hosts: ["${host}"], ports: [${port}], location: MESH_EXTERNAL, ${more}}}\n---\n`;
}

/** A Deployment of one container, with what its pod's metadata and spec hold besides. */
export function deployment(namespace: string, name: string, metadata = "", spec = ""): string {
  return `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}, namespace: ${namespace}}, spec: {template: {metadata: {${metadata}}, spec: {${spec || "containers: [{name: app}]"}}}}}\n---\n`;
}

export function namespace(name: string, labels = ""): string {
  return `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {${labels}}}}\n---\n`;
}

/** The ConfigMap of a control plane. */
export function meshConfig(config: string, name = "istio", place = "istio-system"): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${place}}\ndata:\n  mesh: |\n    ${config}\n---\n`;
}

export function analysed({ yaml, options = {} }: Pick<GridRow, "yaml" | "options">): Analysis {
  return analyse(parseManifests(`${town}${yaml}`, "grid.yaml"), options);
}

function pairOf({ from, to }: Row): string {
  return `${from.namespace}/${from.workload} ${to.host}:${to.port}`;
}

function linkOf({ kind, namespace: place, name, id }: Evidence): string {
  return `${kind} ${place ? `${place}/` : ""}${name} ${id}`;
}

/** One test for each row of a grid. */
export function checkGrid(rows: readonly GridRow[]): void {
  for (const row of rows)
    it(`answers for ${row.title}`, () => {
      const analysis = analysed(row);
      const found = new Map([...analysis.rows].map((one) => [pairOf(one), one]));
      for (const [pair, verdict] of Object.entries(row.reach ?? {})) {
        const one = found.get(pair);
        assert.ok(one, `no pair ${pair} among ${[...found.keys()].join("; ")}`);
        const chain = one.mesh.because.map(linkOf).join("; ");
        assert.equal(one.mesh.verdict, verdict, `${pair}: ${chain}`);
      }
      for (const [pair, links] of Object.entries(row.because ?? {})) {
        const chain = found.get(pair)?.mesh.because.map(linkOf) ?? [];
        for (const link of links) assert.ok(chain.includes(link), `${pair}: ${link} is not in ${chain.join("; ")}`);
      }
      if (row.findings)
        assert.deepEqual(
          analysis.findings.map(({ id }) => id),
          row.findings,
        );
      const problems = analysis.problems.map(({ id }) => id as string);
      for (const id of row.problems ?? []) assert.ok(problems.includes(id), `${id} is not in ${problems.join()}`);
    });
}
