import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeYaml } from "mesh-access/yaml";

/** Config of a small stack on a cluster that exists. */
export const smallStack = {
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  namespaces: [{ name: "shop" }, { name: "billing" }],
  databases: [database("orders"), database("stock"), database("invoices", "billing")],
};

export function database(name: string, namespace = "shop") {
  return {
    name,
    host: `${name}.db.example.com`,
    protocol: "mysql",
    clients: [{ namespace, serviceAccounts: [name] }],
  };
}

/** Writes a stack file as `pulumi config set` would. */
export function writeStack(own: Record<string, unknown>, foreign: Record<string, unknown> = {}): string {
  const file = join(mkdtempSync(join(tmpdir(), "mesh-egress-")), "Pulumi.test.yaml");
  const config = Object.fromEntries(Object.entries(own).map(([key, value]) => [`mesh-egress:${key}`, value]));
  writeFileSync(file, writeYaml({ config: { ...foreign, ...config } }));
  return file;
}
