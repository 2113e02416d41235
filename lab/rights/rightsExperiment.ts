import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesObject } from "mesh-access";
import { readYaml, writeYaml } from "mesh-access/yaml";
import { blueprintOf } from "../../components/blueprint.js";
import { deployerRoles } from "../../components/rbac/deployerRoles.js";
import { loadSettings } from "../../settings/load.js";
import { type LabStack, openStack } from "../engine/stack.js";
import type { Finding } from "../probes/probe.js";
import { apiListing } from "../scenarios/apiListing.js";
import { deployedPlatform } from "../scenarios/deployedPlatform.js";
import type { Experiment } from "../scenarios/experiment.js";
import { deleted, deployed, noChange, remains } from "../scenarios/operationFindings.js";
import { everyStack } from "../scenarios/observations.js";
import { onLabCluster } from "../scenarios/onLabCluster.js";
import { Results } from "../scenarios/results.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import type { Config } from "../scenarios/scenario.js";

const cluster = { cloud: "existing" };
const { config: meshConfig } = onLabCluster({ cluster, mesh: { kind: "istio" } });
const stackConfig = configWith("orders");
const changedConfig = configWith("orders", "stock");

/** A gateway and databases on a mesh that another stack installs. */
function configWith(...databases: string[]): Config {
  const config = {
    cluster,
    mesh: { kind: "istio", install: false },
    gateway: { replicas: { min: 1, max: 1 } },
    namespaces: [{ name: "shop" }],
    databases: databases.map((name) => ({
      name,
      host: `${name}.db.example.com`,
      protocol: "postgres",
      clients: [{ namespace: "shop", serviceAccounts: [name] }],
    })),
  };
  return onLabCluster(config).config;
}

const account = { name: "deployer", namespace: "default" };

/** What an operation needs a verb for. Without list and watch the provider waits for what it cannot see, until it gives up. */
const operations = { create: "up", patch: "up", get: "refresh", delete: "destroy" } as const;
type Verb = keyof typeof operations;

const observation = "rights";
const looks = {
  without: (verb: Verb) => ({
    observation,
    title: `${operations[verb]} with roles that lack ${verb}`,
    expected: `refused: the account cannot ${verb}`,
  }),
  up: everyStack.up("by an account that has the rendered roles and nothing else"),
  preview: everyStack.preview,
  change: { observation, title: "one more database, with the same roles", expected: "every resource is deployed" },
  destroy: everyStack.destroy,
  remains: everyStack.remains,
};

/** What `mesh-egress roles` prints is enough for `up` and `destroy`, and not more than enough. */
export const rightsExperiment: Experiment = {
  name: "rights",
  title: "A stack is deployed by an account that has the roles rendered for it and nothing else",
  observations: [
    {
      observations: [
        looks.without("create"),
        looks.without("patch"),
        looks.up,
        looks.preview,
        looks.change,
        looks.without("get"),
        looks.without("delete"),
        looks.destroy,
        looks.remains,
      ],
    },
  ],
  run: async (lab, listener) => {
    const results = new Results("rights", listener);
    const { kubectl } = lab.stage;
    const before = await apiListing(kubectl);
    const mesh = await lab.open({ name: "mesh" }, {});
    await mesh.configure(meshConfig);
    await mesh.up();
    try {
      await kubectl(["create", "serviceaccount", account.name, "--namespace", account.namespace]);
      await asDeployer(lab, results);
    } finally {
      await kubectl(["delete", "serviceaccount", account.name, "--namespace", account.namespace]);
      await mesh.destroy();
    }
    await results.check(looks.remains, async () => remains(before, await apiListing(kubectl)));
    return { results: results.all };
  },
};

async function asDeployer(lab: RunningLab, results: Results): Promise<void> {
  const roles = deployerRoles(blueprintOf(loadSettings({ ...stackConfig })), [{ kind: "ServiceAccount", ...account }]);
  const stack = await openAs(lab);
  const refusedWithout = async (verb: Verb) =>
    results.check(looks.without(verb), async () => {
      await apply(lab, roles, verb);
      return refused(verb, await stack[operations[verb]]().then(String, (error: unknown) => error));
    });
  await stack.configure(stackConfig);
  for (const verb of ["create", "patch"] as const) await refusedWithout(verb);
  await apply(lab, roles);
  await results.check(looks.up, async () => deployed(await stack.up()));
  await results.check(looks.preview, async () => noChange(await stack.preview()));
  await stack.configure(changedConfig);
  await results.check(looks.change, async () => deployed(await stack.up()));
  for (const verb of ["get", "delete"] as const) await refusedWithout(verb);
  await apply(lab, roles);
  await results.check(looks.destroy, async () => deleted(await stack.destroy()));
  const ofCluster = ["clusterrole", "clusterrolebinding"].map((kind) => `${kind}/mesh-egress-deployer`);
  await lab.stage.kubectl(["delete", ...ofCluster]);
}

/** The stack's engine and provider, with the account's token. */
async function openAs({ host, stage, pulumiHome }: RunningLab): Promise<LabStack> {
  const { kubeconfigPath } = stage.controlPlane;
  const token = await stage.kubectl(["create", "token", account.name, "--namespace", account.namespace]);
  const config = readYaml(await readFile(kubeconfigPath, "utf8")).value as { users: { user: object }[] };
  const own = { ...config, users: config.users.map((user) => ({ ...user, user: { token } })) };
  const file = join(host.folder, "deployer.kubeconfig");
  await writeFile(file, writeYaml(own), { mode: 0o600 });
  return openStack({
    name: "rights",
    program: deployedPlatform,
    workDir: join(host.folder, "stacks", "rights"),
    kubeconfigPath: file,
    pulumiBin: host.servers.programs.pulumi,
    pulumiHome,
  });
}

interface Rule {
  verbs: string[];
}

/** Applies the roles, as printed or with a verb less. */
async function apply({ stage }: RunningLab, roles: readonly KubernetesObject[], without?: Verb): Promise<void> {
  const items = roles.map((one) => {
    const { rules } = one as { rules?: Rule[] };
    const kept = rules
      ?.map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => verb !== without) }))
      .filter(({ verbs }) => verbs.length > 0);
    return kept ? { ...one, rules: kept } : one;
  });
  const list = { apiVersion: "v1", kind: "List", items };
  await stage.kubectl(["apply", "--server-side", "--force-conflicts", "--filename", "-"], list);
}

function refused(verb: Verb, outcome: unknown): Finding {
  const text = outcome instanceof Error ? outcome.message : "not refused";
  const [line = text] = text.split("\n").filter((one) => one.includes(`cannot ${verb} `));
  return { passed: text.includes(`cannot ${verb} `), seen: line.slice(0, 200), evidence: text };
}
