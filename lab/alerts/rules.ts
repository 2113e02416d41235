import { copyFile, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { writeYaml } from "mesh-access/yaml";
import { gatewayMetricsContent } from "../../components/observability/gatewayMetrics.js";
import { recorded } from "../../components/observability/metrics/records.js";
import type { Probe } from "../probes/probe.js";
import type { Stage } from "../scenarios/stage.js";
import { fromStack, values } from "./prometheus.js";

const unitTests = ["rules.test.yaml", "unused.test.yaml"].map((name) => fileURLToPath(new URL(name, import.meta.url)));

/** The rules of a gateway with two databases, as a stack has them that changes nothing. */
const standard = () =>
  gatewayMetricsContent({
    gateway: {
      name: "egressgateway",
      namespace: "istio-egress",
      selector: { istio: "egressgateway" },
      host: "egressgateway.istio-egress.svc.cluster.local",
      sharedPort: 15443,
      callersPolicy: "filterChain",
    },
    mesh: {
      kind: "istio",
      controlPlane: { namespace: "istio-system", podLabels: { app: "istiod" }, ports: [15012] },
    },
    databases: [
      { host: "orders.db.example.com", port: 5432, maxConnections: 100 },
      { host: "stock.db.example.com", port: 3306, maxConnections: 100 },
    ],
  }).rules;

async function promtool(stage: Stage, ...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(stage.outside.servers.programs.promtool, args, { reject: false });
  const said = `${stdout}\n${stderr}`.trim();
  return { passed: exitCode === 0, seen: exitCode === 0 ? "success" : (said.split("\n").at(-1) ?? ""), evidence: said };
}

export const checkedRules: Probe = {
  observation: "rules",
  title: "promtool checks the rules that the stack writes",
  expected: "success",
  run: async (stage) => {
    const file = join(await mkdtemp(join(tmpdir(), "rules-")), "rules.yaml");
    await writeFile(file, await fromStack(stage, "rules.yaml"));
    return promtool(stage, "check", "rules", file);
  },
};

/** The times and thresholds of a stack that changes nothing, on series that are made up. */
export const testedRules: Probe = {
  observation: "rules",
  title: "promtool runs the unit tests of the rules, with the times that a stack has",
  expected: "success",
  run: async (stage) => {
    const folder = await mkdtemp(join(tmpdir(), "rules-"));
    await writeFile(join(folder, "rules.yaml"), writeYaml(standard()));
    const tests = unitTests.map((path) => join(folder, basename(path)));
    await Promise.all(tests.map((copy, index) => copyFile(unitTests[index] ?? "", copy)));
    return promtool(stage, "test", "rules", ...tests);
  },
};

/** Names of metrics change between releases of Envoy; a rule on one that is gone would be silent for ever. */
export const recordedSeries: Probe = {
  observation: "rules",
  title: "every recorded series has had a value",
  expected: Object.values(recorded).length.toString(),
  run: async (stage) => {
    const found = await Promise.all(
      Object.values(recorded).map(async (name) => ({
        name,
        series: await values(stage, `last_over_time(${name}[1h])`),
      })),
    );
    const missing = found.filter(({ series }) => series.length === 0).map(({ name }) => name);
    const seen = missing.length === 0 ? String(found.length) : `none of ${missing.join(", ")}`;
    return { passed: missing.length === 0, seen, evidence: JSON.stringify(found.map(({ series }) => series[0])) };
  },
};
