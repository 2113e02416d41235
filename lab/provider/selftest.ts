import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getClusterCredentialOutput } from "@pulumi/alicloud/cs/getClusterCredential.js";
import { ManagedKubernetes } from "@pulumi/alicloud/cs/managedKubernetes.js";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { startControlPlane, type ControlPlane } from "../controlplane/index.js";
import type { OperationResult } from "../engine/events.js";
import { openStack, type LabStack, type StackOptions } from "../engine/stack.js";
import { runInLabHost, type LabHost } from "../host/index.js";
import { progressLine } from "../servers/index.js";
import { chartsBelow } from "./charts.js";
import { startInventedCloud } from "./inventedCloud.js";
import { startKubernetesProvider, type KubernetesProviderOptions } from "./server.js";
import type { RunningProvider } from "./protocol.js";

/**
 * `npx tsx lab/provider/selftest.ts`: the provider and the engine against a real API server. What a Pulumi user relies on:
 * up, preview and refresh without changes, one change that changes one resource, destroy that leaves nothing, and the same
 * after interruptions.
 */

const bulk = 200; // about as many resources as the largest stack has
const password = "correct-horse-battery-staple";
const nowhere = { nodeSelector: { "lab.test/node": "none" } }; // pods stay pending, for no node agent runs here
const steps: { name: string; failure?: Error }[] = [];

/** What a check needs: a stack of its own on the shared API server. */
interface Bench {
  host: LabHost;
  cluster: ControlPlane;
  provider: RunningProvider;
  open(name: string, program: pulumi.automation.PulumiFn, more?: Partial<StackOptions>): Promise<LabStack>;
}

async function step(name: string, run: () => Promise<unknown>): Promise<void> {
  const started = Date.now();
  const failure = await run().then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  steps.push(failure ? { name, failure } : { name });
  console.log(`${failure ? "FAILED" : "ok    "} ${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${name}`);
  if (failure) console.log(failure.stack ?? failure.message);
}

function changed({ changes }: OperationResult): string[] {
  return changes.map(({ op, name, paths }) => [op, name, ...Object.keys(paths)].join(" "));
}

function providerOf(kubeconfigPath: string, more: k8s.ProviderArgs = {}): { provider: k8s.Provider } {
  const kubeconfig = pulumi.secret(readFile(kubeconfigPath, "utf8"));
  return { provider: new k8s.Provider("lab", { kubeconfig, clusterIdentifier: "lab", ...more }) };
}

/** A bit of everything the components deploy. */
function everything(kubeconfigPath: string): pulumi.automation.PulumiFn {
  return async () => {
    const { colour } = new pulumi.Config("mesh-egress").requireObject<{ colour: string }>("look");
    const secret = new pulumi.Config("mesh-egress").requireSecret("password");
    const opts = providerOf(kubeconfigPath, { enableConfigMapMutable: true, enableSecretMutable: true });
    const namespace = new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }, opts);
    const inShop = { namespace: namespace.metadata.name };
    new k8s.core.v1.ConfigMap("look", { metadata: { name: "look", ...inShop }, data: { colour, "a.b": "x" } }, opts);
    new k8s.core.v1.Secret("password", { metadata: { name: "password", ...inShop }, stringData: { secret } }, opts);
    const labels = { app: "shop" };
    const skipAwait = { "pulumi.com/skipAwait": "true" }; // nothing runs pods here
    new k8s.apps.v1.Deployment(
      "shop",
      {
        metadata: { name: "shop", ...inShop, annotations: skipAwait },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { ...nowhere, containers: [{ name: "shop", image: "shop", resources: { limits: { cpu: "0.5" } } }] },
          },
        },
      },
      opts,
    );
    new k8s.core.v1.Service(
      "shop",
      {
        metadata: { name: "shop", ...inShop, annotations: skipAwait },
        spec: { selector: labels, ports: [{ port: 80 }] },
      },
      opts,
    );
    new k8s.networking.v1.NetworkPolicy(
      "deny",
      { metadata: { name: "deny", ...inShop }, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
      opts,
    );
    new k8s.core.v1.NamespacePatch(
      "default",
      { metadata: { name: "default", labels: { "istio-injection": "enabled" } } },
      opts,
    );
    const crd = new k8s.apiextensions.v1.CustomResourceDefinition("gadgets", gadgets, opts);
    new k8s.apiextensions.CustomResource(
      "gadget",
      { apiVersion: "lab.test/v1", kind: "Gadget", metadata: { name: "one", ...inShop }, spec: { size: 3 } },
      { ...opts, dependsOn: crd },
    );
    return { namespace: namespace.metadata.name, secret };
  };
}

const gadgets: k8s.types.input.apiextensions.v1.CustomResourceDefinition = {
  metadata: { name: "gadgets.lab.test" },
  spec: {
    group: "lab.test",
    scope: "Namespaced",
    names: { plural: "gadgets", singular: "gadget", kind: "Gadget", listKind: "GadgetList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
          },
        },
      },
    ],
  },
};

async function acceptance({ cluster, open, host }: Bench): Promise<void> {
  const before = await inventory(cluster);
  const options = { config: { look: { colour: "red" } }, secretConfig: { password } };
  const stack = await open("everything", everything(cluster.kubeconfigPath), options);
  await step("a preview of a new stack creates everything, its CRD's objects included", async () => {
    const { summary } = await stack.preview();
    assert.deepEqual(summary, { create: 11 });
  });
  await step("up deploys it and returns its outputs", async () => {
    const { outputs } = await stack.up();
    assert.deepEqual(outputs["namespace"]?.value, "shop");
    assert.deepEqual(outputs["secret"], { value: password, secret: true });
  });
  await step("a second preview changes nothing", async () => assert.deepEqual(changed(await stack.preview()), []));
  await step("a refresh changes nothing", async () => {
    assert.deepEqual(changed(await stack.refreshPreview()), []);
    assert.deepEqual(changed(await stack.refresh()), []);
  });
  await step("a secret is nowhere in plain text", async () => {
    const encoded = Buffer.from(password).toString("base64");
    const state = await stack.exportState();
    assert.ok(!state.includes(password) && !state.includes(encoded));
    for (const file of await readdir(host.folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || file.parentPath.includes("etcd")) continue; // the database itself holds it
      const text = await readFile(join(file.parentPath, file.name), "latin1");
      assert.ok(!text.includes(password) && !text.includes(encoded), join(file.parentPath, file.name));
    }
  });
  await step("one changed setting changes one resource, and the preview says which property", async () => {
    await stack.configure({ look: { colour: "blue" } });
    assert.deepEqual(changed(await stack.preview()), ["update look data.colour"]);
    assert.deepEqual(changed(await stack.up()), ["update look data.colour"]);
    assert.equal(await cluster.kubectl(["get", "-n", "shop", "cm", "look", "-o", "jsonpath={.data.colour}"]), "blue");
    assert.deepEqual(changed(await stack.preview()), []);
  });
  await step("what somebody else changes shows in a refresh, and is not overwritten unasked", async () => {
    await cluster.kubectl(["patch", "-n", "shop", "gadget", "one", "--type=merge", "-p", '{"spec":{"size":4}}']);
    assert.deepEqual(changed(await stack.preview()), []);
    assert.deepEqual(changed(await stack.refresh()), ["update gadget spec.size"]);
    await assert.rejects(stack.preview(), /conflict with "kubectl-patch".*pulumi.com\/patchForce/s);
  });
  await step("what somebody else deletes is created again", async () => {
    await cluster.kubectl(["delete", "-n", "shop", "gadget", "one"]);
    assert.deepEqual(changed(await stack.refresh()), ["delete gadget"]);
    assert.deepEqual(changed(await stack.up()), ["create gadget"]);
  });
  await step("a patched namespace keeps what others set", async () => {
    const labels = await cluster.kubectl(["get", "ns", "default", "-o", "jsonpath={.metadata.labels}"]);
    assert.deepEqual(JSON.parse(labels), { "istio-injection": "enabled", "kubernetes.io/metadata.name": "default" });
  });
  await step("destroy leaves nothing behind", async () => {
    await stack.destroy();
    assert.deepEqual(await inventory(cluster), before);
    const labels = await cluster.kubectl(["get", "ns", "default", "-o", "jsonpath={.metadata.labels}"]);
    assert.deepEqual(JSON.parse(labels), { "kubernetes.io/metadata.name": "default" });
  });
}

async function refusals({ cluster, open }: Bench): Promise<void> {
  const { kubeconfigPath, kubectl } = cluster;
  await step("an object that exists already is refused, not taken over", async () => {
    await kubectl(["create", "configmap", "theirs"]);
    const stack = await open("existing", async () => {
      new k8s.core.v1.ConfigMap("theirs", { metadata: { name: "theirs" } }, providerOf(kubeconfigPath));
    });
    await assert.rejects(stack.up(), /ConfigMap default\/theirs exists already/);
    await stack.destroy();
    await kubectl(["delete", "configmap", "theirs"]);
  });
  await step("a preview refuses what the API server would refuse", async () => {
    const stack = await open("invalid", async () => {
      const spec = { selector: { app: "x" }, prots: [{ port: 80 }] } as k8s.types.input.core.v1.ServiceSpec;
      new k8s.core.v1.Service("typo", { metadata: { name: "typo" }, spec }, providerOf(kubeconfigPath));
    });
    await assert.rejects(stack.preview(), /prots/);
  });
  await step("a function of the package is refused with a reason", async () => {
    const stack = await open("invoke", async () => {
      await pulumi.runtime.invoke("kubernetes:yaml:decode", { text: "" }, providerOf(kubeconfigPath));
    });
    await assert.rejects(stack.preview(), /has no function kubernetes:yaml:decode/);
  });
  await step("a rollout that does not come about fails, and the resource is not lost", async () => {
    const stack = await open("unready", async () => {
      const labels = { app: "never" };
      const annotations = { "pulumi.com/timeoutSeconds": "2" };
      const template = { metadata: { labels }, spec: { ...nowhere, containers: [{ name: "never", image: "never" }] } };
      const spec = { selector: { matchLabels: labels }, template };
      new k8s.apps.v1.Deployment(
        "never",
        { metadata: { name: "never", annotations }, spec },
        providerOf(kubeconfigPath),
      );
    });
    await assert.rejects(stack.up(), /Deployment default\/never is not ready: \d of 1 pods/);
    assert.deepEqual(changed(await stack.preview()), ["update never"]);
    await stack.destroy();
    assert.equal(await kubectl(["get", "deployments,pods", "-o", "name"]), "");
  });
  await step("a changed identity replaces the object, the old one going first", async () => {
    const config = { policy: "one" };
    const stack = await open("replaced", named("policy", kubeconfigPath), { config });
    await stack.up();
    await stack.configure({ policy: "two" });
    assert.deepEqual(changed(await stack.preview()).sort(), [
      "create-replacement object metadata.name",
      "delete-replaced object",
      "replace object metadata.name",
    ]);
    await stack.up();
    assert.match(await kubectl(["get", "configmaps", "-o", "name"]), /two/);
    await stack.destroy();
  });
}

function named(key: string, kubeconfigPath: string): pulumi.automation.PulumiFn {
  return async () => {
    const name = new pulumi.Config("mesh-egress").require(key);
    new k8s.core.v1.ConfigMap("object", { metadata: { name } }, providerOf(kubeconfigPath));
  };
}

/** Hundreds of objects, for speed and for something to interrupt. */
function many(kubeconfigPath: string): pulumi.automation.PulumiFn {
  return async () => {
    const opts = providerOf(kubeconfigPath);
    const namespace = new k8s.core.v1.Namespace("many", { metadata: { name: "many" } }, opts);
    for (let index = 0; index < bulk; index++) {
      const metadata = { name: `object-${index}`, namespace: namespace.metadata.name };
      new k8s.core.v1.ConfigMap(`object-${index}`, { metadata, data: { index: String(index) } }, opts);
    }
  };
}

async function interruptions({ cluster, open }: Bench): Promise<void> {
  const { kubeconfigPath, kubectl, apiServer } = cluster;
  const count = async () =>
    (await kubectl(["get", "configmaps", "-n", "many", "-o", "name"])).match(/object-/g)?.length;
  let onFinished: (finished: number) => void = () => undefined;
  const stack = await open("many", many(kubeconfigPath), { onProgress: ({ finished }) => onFinished(finished) });
  const after = (finished: number, act: () => Promise<void>) => {
    let acted: Promise<void> | undefined;
    onFinished = (now) => (acted ??= now >= finished ? act() : undefined);
    return () => acted;
  };
  await step("an up that is killed can be run again", async () => {
    after(60, () => stack.kill());
    await assert.rejects(stack.up());
    await stack.recover();
    await stack.up();
    assert.equal(await count(), bulk);
    assert.deepEqual(changed(await stack.preview()), []);
  });
  await step("destroy removes it", async () => {
    await stack.destroy();
    assert.equal(await count(), undefined);
  });
  await step("an up survives a restart of the API server", async () => {
    const restarted = after(60, async () => {
      await apiServer.stop();
      await sleep(1000);
      await apiServer.start();
    });
    await stack.up();
    await restarted();
    assert.equal(await count(), bulk);
    assert.deepEqual(changed(await stack.preview()), []);
    await stack.destroy();
  });
  onFinished = () => undefined;
  for (const action of ["preview", "up", "preview", "refresh", "destroy"] as const) {
    await step(`${action} of ${bulk} objects`, () => stack[action]());
  }
}

async function charts({ cluster, open }: Bench): Promise<void> {
  const release = async () => {
    const defaultRevision = new pulumi.Config("mesh-egress").require("revision");
    const opts = providerOf(cluster.kubeconfigPath);
    const namespace = new k8s.core.v1.Namespace("istio-system", { metadata: { name: "istio-system" } }, opts);
    const from = {
      chart: "oci://registry.example/charts/base",
      name: "istio-base",
      namespace: namespace.metadata.name,
    };
    new k8s.helm.v3.Release("base", { ...from, values: { defaultRevision } }, opts);
  };
  const before = await inventory(cluster);
  const stack = await open("charts", release, { config: { revision: "default" } });
  await step("a chart is installed by helm", async () => {
    assert.deepEqual(changed(await stack.preview()).slice(-1), ["create base"]);
    await stack.up();
    assert.match(await cluster.kubectl(["get", "crd", "-o", "name"]), /serviceentries.networking.istio.io/);
  });
  await step("a chart that stays as it is shows no change", async () => {
    assert.deepEqual(changed(await stack.preview()), []);
    assert.deepEqual(changed(await stack.refreshPreview()), []);
  });
  await step("changed values upgrade the release", async () => {
    await stack.configure({ revision: "other" });
    assert.deepEqual(changed(await stack.preview()), ["update base values.defaultRevision"]);
    await stack.up();
    assert.deepEqual(changed(await stack.preview()), []);
  });
  await step("destroy uninstalls it, and keeps the CRDs as helm does", async () => {
    await stack.destroy();
    assert.deepEqual(
      (await inventory(cluster)).filter((name) => !name.endsWith("istio.io")),
      before,
    );
  });
}

async function clouds({ cluster, open, provider }: Bench): Promise<void> {
  const cloud = await startInventedCloud({ kubeconfig: await readFile(cluster.kubeconfigPath, "utf8") });
  const program = async () => {
    const ack = new ManagedKubernetes("ack", { clusterSpec: "ack.pro.small" });
    const { kubeConfig } = getClusterCredentialOutput({ clusterId: ack.id });
    const inCloud = new k8s.Provider("ack", { kubeconfig: pulumi.secret(kubeConfig), clusterIdentifier: ack.id });
    new k8s.core.v1.ConfigMap("mark", { metadata: { name: "mark" }, data: { cluster: ack.id } }, { provider: inCloud });
    return { cluster: ack.id };
  };
  const providerPorts = { kubernetes: provider.port, alicloud: cloud.port };
  const stack = await open("clouds", program, { providerPorts, config: { "alicloud:region": "cn-hangzhou" } });
  await step("a cluster of the invented cloud leads to the lab's API server", async () => {
    await stack.preview();
    const { outputs } = await stack.up();
    const mark = await cluster.kubectl(["get", "configmap", "mark", "-o", "jsonpath={.data.cluster}"]);
    assert.equal(mark, outputs["cluster"]?.value);
    assert.deepEqual(changed(await stack.preview()), []);
    assert.deepEqual(changed(await stack.refreshPreview()), []);
    await stack.destroy();
  });
  await cloud.close();
}

/** Names of everything a stack could leave behind. */
async function inventory({ kubectl }: ControlPlane): Promise<string[]> {
  const kinds = ["namespaces", "crds", "configmaps", "secrets", "services", "deployments", "pods", "networkpolicies"];
  const names = await kubectl(["get", kinds.join(","), "--all-namespaces", "-o", "name"]);
  return names.split("\n").filter(Boolean).sort();
}

async function main(host: LabHost): Promise<number> {
  const cluster = await startControlPlane(host, { progress: (line) => console.log(line) });
  const options: KubernetesProviderOptions = {
    helm: host.servers.programs.helm,
    charts: await chartsBelow(host.servers.charts),
  };
  const provider = await startKubernetesProvider(options);
  const open: Bench["open"] = (name, program, more) =>
    openStack({
      name,
      program,
      workDir: join(host.folder, "stacks", name),
      kubeconfigPath: cluster.kubeconfigPath,
      pulumiBin: host.servers.programs.pulumi,
      providerPorts: { kubernetes: provider.port },
      ...more,
    });
  const bench: Bench = { host, cluster, provider, open };
  for (const part of [acceptance, refusals, charts, clouds, interruptions]) await part(bench);
  await provider.close();
  const failed = steps.filter(({ failure }) => failure).length;
  console.log(`${steps.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

await runInLabHost(main, (progress) => console.log(progressLine(progress)));
