import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { analyse, type KubernetesObject, placeholdersIn, written } from "mesh-access";
import { blueprintOf, judgedManifests } from "../../components/blueprint.js";
import { SecurePlatform } from "../../components/platform.js";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import type { Settings } from "../../settings/schema.js";
import { referredSecrets } from "../../settings/secrets.js";
import { readStackFile } from "../../settings/stackFile.js";
import { protocols, safestMode, trafficModeNames, trafficModes, whyNot } from "../../settings/trafficModes.js";
import { alibabaCloud } from "../components/alibabaCloud.js";
import { recordStack } from "../components/recordedStack.js";

/** The host that the cloud gives a database. */
const createdHost = "created.db.example.com";

const computed = {
  ...alibabaCloud,
  "alicloud:rds/instance:Instance": { connectionString: createdHost },
  "gcp:sql/databaseInstance:DatabaseInstance": { privateIpAddress: "10.9.0.3" },
};

/** Everything the engine was asked for, every value known by now. */
async function registered(settings: Settings): Promise<Record<string, unknown>[]> {
  const secrets = Object.fromEntries(referredSecrets(settings).map((name) => [name, `value-of-${name}`]));
  const blueprint = blueprintOf(settings);
  const { registered: resources } = await recordStack(
    () => SecurePlatform.create("platform", { blueprint, secrets }),
    computed,
  );
  return resources.map(({ inputs }) => inputs);
}

const isObject = (inputs: Record<string, unknown>): boolean =>
  typeof inputs.apiVersion === "string" && typeof inputs.kind === "string" && "metadata" in inputs;

/** Verdicts by pair. A host that was not known when they were shown has its name by now. */
function verdicts(objects: readonly KubernetesObject[], settings: Settings): string[] {
  const hosts = new Map(
    settings.databases.flatMap(({ name, host, provision }) =>
      host === undefined && provision
        ? [
            [
              written({ kind: "host", of: name }),
              provision.service === "rds" ? createdHost : `${name}.test.sql.internal`,
            ],
          ]
        : [],
    ),
  );
  const known = (text: string) =>
    [...hosts].reduce((all, [mark, host]) => all.replaceAll(mark ?? "", host ?? ""), text);
  const named = { ...settings, databases: settings.databases.map((db) => ({ ...db })) };
  return [...analyse(objects, optionsOfStack(named)).rows]
    .map(({ from, to, mesh, bypass }) =>
      known(
        `${from.namespace}/${from.workload} ${to.host}:${to.port} ${mesh.verdict} ${mesh.encryption.join()} ${mesh.identity} ${mesh.exposes} ${bypass.verdict}`,
      ),
    )
    .sort();
}

async function assertRenderedOnce(settings: Settings): Promise<void> {
  const blueprint = blueprintOf(settings);
  const inputs = await registered(settings);
  assert.deepEqual(inputs.map((each) => JSON.stringify(each)).flatMap(placeholdersIn), []);
  const objects = inputs.filter(isObject) as unknown as KubernetesObject[];
  const withNames = loadedWithHosts(settings);
  assert.deepEqual(
    verdicts([...blueprint.assumed, ...objects], withNames),
    verdicts(judgedManifests(blueprint), settings),
  );
}

/** The settings as one would write them once the cloud has given its names. */
function loadedWithHosts(settings: Settings): Settings {
  return {
    ...settings,
    databases: settings.databases.map((db) => ({
      ...db,
      host: db.host ?? (db.provision?.service === "rds" ? createdHost : `${db.name}.test.sql.internal`),
    })),
  };
}

const clusters = {
  existing: { cloud: "existing" },
  gke: { cloud: "gke", project: "example-project", region: "europe-west3", databaseCidr: "10.200.0.0/20" },
  ack: {
    cloud: "ack",
    vpcId: "vpc-1",
    region: "cn-hangzhou",
    zones: [
      {
        zone: "cn-hangzhou-i",
        nodes: "10.0.0.0/24",
        pods: "10.64.0.0/20",
        gateway: "10.64.32.0/24",
        databases: "10.0.8.0/24",
      },
    ],
    nodePool: { instanceTypes: ["ecs.g7.xlarge"] },
    gatewayPool: { instanceTypes: ["ecs.g7.large"] },
  },
} as const;

const sites = [
  { cluster: clusters.existing, mesh: { kind: "istio" } },
  { cluster: clusters.gke, mesh: { kind: "istio" } },
  { cluster: clusters.gke, mesh: { kind: "cloud-service-mesh" } },
  { cluster: clusters.ack, mesh: { kind: "asm" } },
] as const;

const services = {
  gke: { service: "cloud-sql", engineVersion: "POSTGRES_17", instanceType: "db-custom-2-8192" },
  ack: { service: "rds", engineVersion: "8.0", instanceType: "mysql.n2.medium.1" },
} as const;

/** A database in a mode that can carry it, or one that the cloud of the site creates. */
function database(name: string, choice: { mode: number; protocol: number; created: boolean }, cloud: string): object {
  const client = { namespace: "shop", serviceAccounts: ["client"] };
  const created = choice.created && (cloud === "gke" || cloud === "ack") ? services[cloud] : undefined;
  if (created)
    return {
      name,
      protocol: cloud === "gke" ? "postgres" : "mysql",
      provision: { ...created, passwordSecret: "password" },
      clients: [client],
    };
  const protocol = protocols[choice.protocol % protocols.length] ?? "mysql";
  const wanted = trafficModeNames[choice.mode % trafficModeNames.length] ?? "tcp-gateway-mtls";
  const trafficMode = whyNot(wanted, protocol) === undefined ? wanted : safestMode(protocol);
  const facts = trafficModes[trafficMode];
  return {
    name,
    host: facts.wildcard ? `*.${name}.example.com` : `${name}.db.example.com`,
    protocol,
    port: 20000 + name.length,
    trafficMode,
    ...(facts.needsOwnPort ? { gatewayPort: 15500 + name.length } : {}),
    clients: [facts.identity ? client : { namespace: "shop" }],
  };
}

describe("What is registered is what was judged", () => {
  for (const file of readdirSync("stacks"))
    it(`in the stack file ${file}`, () => assertRenderedOnce(loadSettings(readStackFile(`stacks/${file}`).own)));

  for (const { cluster, mesh } of sites) {
    it(`in any stack on ${cluster.cloud} with ${mesh.kind}, databases that the cloud creates included`, async function () {
      this.timeout(120_000);
      const choice = fc.record({ mode: fc.nat(20), protocol: fc.nat(20), created: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(fc.array(choice, { minLength: 1, maxLength: 3 }), async (choices) => {
          const own = {
            cluster,
            mesh,
            namespaces: [{ name: "shop" }],
            // The recording engine gives every instance the same name.
            databases: choices.map((each, i) =>
              database("d".repeat(i + 1), { ...each, created: each.created && i === 0 }, cluster.cloud),
            ),
            workloads: [
              {
                kind: "deployment",
                name: "client",
                namespace: "shop",
                image: "client",
                secretEnv: { PASSWORD: "password" },
              },
            ],
          };
          await assertRenderedOnce(loaded(own));
        }),
        { numRuns: 10 },
      );
    });
  }
});

/** The settings, or nothing to show where they are refused. */
function loaded(own: Record<string, unknown>): Settings {
  try {
    return loadSettings(own);
  } catch (error) {
    if (error instanceof SettingsError) fc.pre(false);
    throw error;
  }
}
