import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { print } from "mesh-access/cli";
import { writeYaml } from "mesh-access/yaml";
import { blueprintOf } from "../components/blueprint.js";
import { gatewayMetricsArgs } from "../components/observability/fromSettings.js";
import { gatewayMetricsContent } from "../components/observability/gatewayMetrics.js";
import { withMembers } from "../settings/srv.js";
import { loadStackFile } from "../settings/stackFile.js";
import { type StackOption, stackFile } from "./stackOption.js";

/** Prints what a Prometheus or Grafana outside the stack needs, whether the stack writes it or not. */
export async function metrics(
  options: StackOption & { show: "rules" | "scrape" | "dashboard"; out?: string },
): Promise<void> {
  const settings = await withMembers(loadStackFile(stackFile(options)).settings);
  const { rules, scrapeConfigs, dashboard } = gatewayMetricsContent(
    gatewayMetricsArgs(settings, blueprintOf(settings)),
  );
  const files = {
    rules: { name: "rules.yaml", text: writeYaml(rules) },
    scrape: { name: "scrape.yaml", text: writeYaml({ scrape_configs: scrapeConfigs }) },
    dashboard: { name: "dashboard.json", text: `${JSON.stringify(dashboard, null, 2)}\n` },
  };
  if (options.out === undefined) return print(files[options.show].text.trimEnd());
  mkdirSync(options.out, { recursive: true });
  for (const { name, text } of Object.values(files)) writeFileSync(join(options.out, name), text);
  process.stderr.write(`${Object.keys(files).length} files in ${options.out}\n`);
}
