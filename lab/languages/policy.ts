import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import type { Ended, Workplace } from "./programs.js";

/** A program that uses none of the components, and the policy pack on it. */
export interface JudgedProgram {
  /** Previews it with the database's entry visible to these namespaces, as strict as the pack's configuration says. */
  preview(exportTo: string, enforcementLevel: "mandatory" | "advisory"): Promise<Ended>;
}

const settings = (enforcementLevel: string) => ({
  reach: {
    enforcementLevel,
    mesh: { outboundTrafficPolicy: "REGISTRY_ONLY" },
    assert: [
      {
        name: "only the shop reaches orders",
        from: "*",
        except: [{ namespace: "shop" }],
        to: { host: "orders.example.com" },
        expect: "blocked",
      },
    ],
  },
});

/** Somebody's program in TypeScript, by the Kubernetes SDK alone. */
const source = `
import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";

for (const namespace of ["shop", "other"]) {
  new k8s.core.v1.Namespace(namespace, { metadata: { name: namespace, labels: { "istio-injection": "enabled" } } });
  new k8s.apps.v1.Deployment(namespace, {
    metadata: { name: "app", namespace },
    spec: {
      selector: { matchLabels: { app: "app" } },
      template: { metadata: { labels: { app: "app" } }, spec: { containers: [{ name: "app", image: "app" }] } },
    },
  });
}
new k8s.apiextensions.CustomResource("orders", {
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name: "orders", namespace: "shop" },
  spec: {
    hosts: ["orders.example.com"],
    ports: [{ number: 5432, name: "tcp", protocol: "TCP" }],
    resolution: "DNS",
    location: "MESH_EXTERNAL",
    exportTo: [new pulumi.Config().require("exportTo")],
  },
});
`;

const project = `name: theirs
main: index.ts
runtime: { name: nodejs, options: { typescript: false, nodeargs: "--import tsx" } }
`;

/** Writes the program, and the pack as a user builds it. */
export async function prepareJudgedProgram({ root, pulumi }: Workplace): Promise<JudgedProgram> {
  const folder = join(root, "examples", "theirs");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "index.ts"), source);
  await writeFile(join(folder, "Pulumi.yaml"), project);
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const pack = await preparePack(root);
  await pulumi(folder, "stack", "init", "theirs");
  return {
    preview: async (exportTo, enforcementLevel) => {
      const config = join(root, `reach-${enforcementLevel}.json`);
      await writeFile(config, JSON.stringify(settings(enforcementLevel)));
      await pulumi(folder, "config", "set", "exportTo", exportTo);
      return pulumi(folder, "preview", "--policy-pack", pack, "--policy-pack-config", config);
    },
  };
}

/**
 * The pack compiled, with its packages, and what starts it: a language host of this release starts no pack, and the engine
 * runs a program in its place.
 */
async function preparePack(root: string): Promise<string> {
  const folder = join(root, "policy");
  await mkdir(folder);
  for (const file of ["PulumiPolicy.yaml", "package.json"]) await cp(join("policy", file), join(folder, file));
  // The sources of the analysis are TypeScript in the clone; a user has them compiled.
  buildSync({
    entryPoints: ["policy/index.ts"],
    outfile: join(folder, "dist/index.js"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["@pulumi/*"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const start = join(folder, "start");
  await writeFile(start, `#!/bin/sh\ncd ${folder} && exec ${process.execPath} ${runner} "$@" .\n`, { mode: 0o755 });
  return start;
}
