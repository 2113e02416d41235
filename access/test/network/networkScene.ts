import assert from "node:assert/strict";
import { parseManifests } from "../../input/parse.js";
import type {
  AnalysisOptions,
  BypassVerdict,
  BypassVerdictName,
  KubernetesObject,
  Target,
  Workload,
  World,
} from "../../model/model.js";
import { buildWorld } from "../../model/world.js";
import { prepareBypass } from "../../network/bypass.js";

export const database: Target = {
  host: "db.example.com",
  port: 3306,
  protocol: "tcp",
  serverSpeaksFirst: true,
  kind: "database",
  addresses: ["198.51.100.7"],
};

export const app = (
  name: string,
  namespace = "shop",
  more: { labels?: object; spec?: object; ports?: object[] } = {},
) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    template: {
      metadata: { labels: { app: name, ...more.labels } },
      spec: { containers: [{ name: "app", ports: more.ports ?? [] }], ...more.spec },
    },
  },
});
export const namespace = (name: string, labels = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
export const policy = (name: string, spec: object, inNamespace = "shop") => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: inNamespace },
  spec,
});

export const worldOf = (...objects: unknown[]): World => {
  const text = objects.map((object) => JSON.stringify(object)).join("\n---\n");
  const { objects: read, problems } = parseManifests(text, "test.yaml");
  assert.deepEqual(problems, []);
  return buildWorld(read as KubernetesObject[]);
};

export const workload = (world: World, name: string): Workload => {
  const found = world.workloads.find((item) => item.name === name);
  assert.ok(found, `no workload ${name}`);
  return found;
};

export const bypass = (
  objects: unknown[],
  target: Partial<Target> = {},
  options: AnalysisOptions = {},
): BypassVerdict => {
  const world = worldOf(namespace("shop"), app("web"), ...objects);
  return prepareBypass(world, options)(workload(world, "web"))({ ...database, ...target });
};

/** The verdict for Deployment shop/web, which has the label app=web, and the database outside. */
export const outcome = (objects: unknown[], target: Partial<Target> = {}): BypassVerdictName =>
  bypass(objects, target).verdict;

/** A policy that lets no pod of namespace shop connect to anything. */
export const nothingLeaves = policy("nothing-leaves", { podSelector: {}, policyTypes: ["Egress"] });
