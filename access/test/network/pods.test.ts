import assert from "node:assert/strict";
import type { World } from "../../model/model.js";
import { prepareBypass } from "../../network/bypass.js";
import { Network } from "../../network/networkModel.js";
import { said } from "../said.js";
import { app, database, namespace, nothingLeaves, policy, workload, worldOf } from "./networkScene.js";

const made = (apiVersion: string, kind: string, name: string, spec: object = {}, labels: object = { app: name }) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop" },
  spec: { template: { metadata: { labels }, spec: { containers: [{ name: "c" }] } }, ...spec },
});
const pod = (name: string, labels: object, owner?: object, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "shop",
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels,
    ...(owner ? { ownerReferences: [{ controller: true, ...owner }] } : {}),
  },
  spec: { containers: [{ name: "c" }], ...more },
});
/** A policy that lets the pods it selects, and nobody else of namespace shop, out. */
const only = (podSelector: object) => [
  nothingLeaves,
  policy("some", { podSelector, policyTypes: ["Egress"], egress: [{}] }),
];
const outOf = (world: World, name: string) => prepareBypass(world)(workload(world, name))(database);
const lets = (object: object, podSelector: object) =>
  outOf(
    worldOf(namespace("shop"), object, ...only(podSelector)),
    (object as { metadata: { name: string } }).metadata.name,
  ).verdict;

describe("labels that controllers add", () => {
  const has = (key: string) => ({ matchExpressions: [{ key, operator: "Exists" }] });
  const cases: [object: object, label: string, known?: string][] = [
    [made("apps/v1", "Deployment", "a"), "pod-template-hash"],
    [made("apps/v1", "DaemonSet", "a"), "controller-revision-hash"],
    [made("apps/v1", "StatefulSet", "a"), "controller-revision-hash"],
    [made("apps/v1", "StatefulSet", "a"), "statefulset.kubernetes.io/pod-name", "a-0"],
    [made("apps/v1", "StatefulSet", "a", { ordinals: { start: 3 } }), "apps.kubernetes.io/pod-index", "3"],
    [made("batch/v1", "Job", "a"), "job-name", "a"],
    [made("batch/v1", "Job", "a"), "batch.kubernetes.io/job-name", "a"],
    [made("batch/v1", "Job", "a"), "batch.kubernetes.io/controller-uid"],
    [made("batch/v1", "Job", "a", { completionMode: "Indexed" }), "batch.kubernetes.io/job-completion-index"],
    [made("argoproj.io/v1alpha1", "Rollout", "a"), "rollouts-pod-template-hash"],
  ];
  for (const [object, label, known] of cases) {
    const { kind } = object as { kind: string };
    it(`are there: ${label} of a ${kind}, ${known === undefined ? "with a value that is not known" : `which is ${known}`}`, () => {
      assert.equal(lets(object, has(label)), "open");
      assert.equal(lets(object, { matchLabels: { [label]: known ?? "x" } }), known === undefined ? "unknown" : "open");
      if (known !== undefined) assert.equal(lets(object, { matchLabels: { [label]: "x" } }), "blocked");
    });
  }

  it("are there with unknown values in the pods of a CronJob", () => {
    const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "c" }] } };
    const cronJob = { ...made("batch/v1", "CronJob", "a"), spec: { jobTemplate: { spec: { template } } } };
    assert.equal(lets(cronJob, has("job-name")), "open");
    assert.equal(lets(cronJob, { matchLabels: { "job-name": "a-1" } }), "unknown");
  });

  it("are none of a ReplicaSet, a ReplicationController, a lone Pod or a Job that chooses its own", () => {
    for (const object of [
      made("apps/v1", "ReplicaSet", "a"),
      made("v1", "ReplicationController", "a", { selector: {} }),
      made("batch/v1", "Job", "a", { manualSelector: true }),
      pod("a", { app: "a" }),
    ])
      for (const label of ["pod-template-hash", "job-name", "controller-uid"])
        assert.equal(lets(object, has(label)), "blocked");
  });

  it("are not known where what makes the pods is not", () => {
    const set = made("apps.kruise.io/v1alpha1", "CloneSet", "a");
    assert.equal(lets(set, { matchLabels: { app: "a" } }), "open");
    assert.equal(lets(set, has("apps.kruise.io/cloneset-instance-id")), "unknown");
    assert.equal(lets(set, { matchLabels: { app: "x" } }), "blocked");
  });

  it("tell the pods of a StatefulSet apart, up to its number of replicas", () => {
    const named = (name: string, replicas: number) =>
      lets(made("apps/v1", "StatefulSet", "a", { replicas }), {
        matchLabels: { "statefulset.kubernetes.io/pod-name": name },
      });
    assert.equal(named("a-1", 2), "open");
    assert.equal(named("a-2", 2), "blocked");
    assert.equal(named("a-900", 1000), "unknown", "of many pods only the first are distinguished");
  });

  it("choose the pods behind a Service too", () => {
    const world = worldOf(
      namespace("shop"),
      app("web"),
      made("apps/v1", "StatefulSet", "db", { replicas: 2 }),
      ...["db-0", "db-1"].map((name) => ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name, namespace: "shop" },
        spec: { selector: { "statefulset.kubernetes.io/pod-name": name }, ports: [{ port: 3306 }] },
      })),
      policy("db", { podSelector: { matchLabels: { app: "db" } }, policyTypes: ["Ingress"] }),
      policy("primary", {
        podSelector: { matchLabels: { "statefulset.kubernetes.io/pod-name": "db-0" } },
        ingress: [{}],
      }),
    );
    const to = (service: string) =>
      prepareBypass(world)(workload(world, "web"))({ ...database, host: `${service}.shop.svc`, addresses: [] }).verdict;
    assert.equal(to("db-0"), "open");
    assert.equal(to("db-1"), "blocked");
  });
});

describe("running pods", () => {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d" };

  it("that differ leave open what any of them may do, and the evidence says which", () => {
    const pods = [pod("web-1", { app: "web" }, owner), pod("web-2", { app: "web", role: "leader" }, owner)];
    const world = worldOf(namespace("shop"), ...pods, ...only({ matchLabels: { role: "leader" } }));
    const { verdict, because } = outOf(world, "web-5d");
    assert.equal(verdict, "open");
    assert.match(said(because[0]), /only|holds for its pods with app=web, role=leader/);
  });

  it("have the labels that count, not their template", () => {
    const hash = { app: "web", "pod-template-hash": "5d", tier: "new" };
    const running = [app("web", "shop", { labels: { tier: "old" } }), pod("web-5d-1", hash, owner)];
    const verdict = (tier: string) =>
      outOf(worldOf(namespace("shop"), ...running, ...only({ matchLabels: { tier } })), "web").verdict;
    assert.equal(verdict("new"), "open");
    assert.equal(verdict("old"), "blocked");
  });

  it("belong to the last owner that is known", () => {
    const names = (...objects: object[]) =>
      worldOf(namespace("shop"), ...objects).workloads.map(({ kind, name }) => `${kind}/${name}`);
    const owned = (object: object, reference: object) => ({
      ...object,
      metadata: { ...(object as { metadata: object }).metadata, ownerReferences: [{ controller: true, ...reference }] },
    });
    const replicaSet = (reference: object) => owned(made("apps/v1", "ReplicaSet", "web-5d"), reference);
    const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "web" };
    assert.deepEqual(names(replicaSet(rollout), pod("p", {}, owner)), ["Rollout/web"]);
    assert.deepEqual(names(made("argoproj.io/v1alpha1", "Rollout", "web"), replicaSet(rollout), pod("p", {}, owner)), [
      "Rollout/web",
    ]);
    assert.deepEqual(names(pod("p", { "rollouts-pod-template-hash": "5d" }, owner)), ["Rollout/web"]);
    const job = owned(made("batch/v1", "Job", "backup-1"), { kind: "CronJob", name: "backup" });
    assert.deepEqual(names(job, pod("p", {}, { kind: "Job", name: "backup-1" })), ["CronJob/backup"]);
    const set = owned(made("apps/v1", "StatefulSet", "db"), { kind: "Postgres", name: "db" });
    assert.deepEqual(names(set, pod("db-0", {}, { kind: "StatefulSet", name: "db" })), ["StatefulSet/db"]);
    assert.deepEqual(names(pod("p", {}, { kind: "Operator", name: "thing" })), ["Operator/thing"]);
    const old = { ...replicaSet({ kind: "Deployment", name: "web" }), spec: { replicas: 0 } };
    assert.deepEqual(names(old), [], "a ReplicaSet that was replaced has no pods");
  });

  it("of a node's kubelet are workloads of their own", () => {
    const node = { apiVersion: "v1", kind: "Node", name: "node1" };
    const world = worldOf(
      namespace("shop"),
      pod("alpha-node1", { component: "alpha" }, node),
      pod("beta-node1", { component: "beta" }, node),
      ...only({ matchLabels: { component: "alpha" } }),
    );
    assert.equal(outOf(world, "alpha-node1").verdict, "open");
    assert.equal(outOf(world, "beta-node1").verdict, "blocked");
  });

  it("of a Rollout that refers to a Deployment have that one's template", () => {
    const rollout = {
      ...made("argoproj.io/v1alpha1", "Rollout", "canary"),
      spec: { workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
    };
    const world = worldOf(namespace("shop"), app("web"), rollout);
    assert.equal(workload(world, "canary").labels.app, "web");
  });
});

describe("pods on the host network", () => {
  const hosted = (kind: string, more: object = {}) => {
    const spec = { hostNetwork: true, containers: [{ name: "c" }], ...more };
    return made("apps/v1", kind, "agent", { template: { metadata: { labels: { app: "agent" } }, spec } });
  };
  const nobody = policy("nobody", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }, "data");
  const between = (agent: object, db: object = app("db", "data")) => {
    const world = worldOf(namespace("shop"), namespace("data"), agent, db, nobody);
    const [host, server] = [workload(world, "agent"), workload(world, "db")];
    const network = new Network(world);
    return [network.betweenPods(host, server, 5432).verdict, network.betweenPods(server, host, 9100).verdict];
  };

  it("are out of reach of policies", () => {
    const world = worldOf(namespace("shop"), hosted("Deployment"), nothingLeaves);
    assert.equal(outOf(world, "agent").verdict, "open");
  });

  it("are out of reach but for policies of nodes, which are not modelled", () => {
    const endpoint = {
      apiVersion: "crd.projectcalico.org/v1",
      kind: "HostEndpoint",
      metadata: { name: "n" },
      spec: {},
    };
    const host = {
      apiVersion: "cilium.io/v2",
      kind: "CiliumClusterwideNetworkPolicy",
      metadata: { name: "n" },
      spec: { nodeSelector: {}, egress: [{}] },
    };
    const vendors = {
      apiVersion: "vendor.example.com/v1",
      kind: "HostNetworkPolicy",
      metadata: { name: "n" },
      spec: {},
    };
    for (const object of [endpoint, host, vendors])
      assert.equal(outOf(worldOf(namespace("shop"), hosted("Deployment"), object), "agent").verdict, "unknown");
  });

  it("of every node reach the pods of their node, and are reached by them, whatever the policies", () => {
    assert.deepEqual(between(hosted("DaemonSet")), ["open", "open"]);
  });

  it("that may run elsewhere may reach them", () => {
    assert.deepEqual(between(hosted("Deployment")), ["unknown", "unknown"]);
    assert.deepEqual(between(hosted("DaemonSet", { nodeSelector: { disk: "ssd" } })), ["unknown", "unknown"]);
    const tolerant = app("db", "data", { spec: { tolerations: [{ key: "db", operator: "Exists" }] } });
    assert.deepEqual(between(hosted("DaemonSet"), tolerant), ["unknown", "unknown"]);
    const everywhere = hosted("DaemonSet", { tolerations: [{ operator: "Exists" }] });
    assert.deepEqual(between(everywhere, tolerant), ["open", "open"]);
  });

  it("that run on known nodes reach the pods of these", () => {
    const agent = pod("agent", { app: "agent" }, undefined, { hostNetwork: true, nodeName: "n1" });
    const on = (nodeName: string) => ({
      ...pod("db", { app: "db" }, undefined, { nodeName }),
      metadata: { name: "db", namespace: "data", labels: { app: "db" } },
    });
    assert.deepEqual(between(agent, on("n1")), ["open", "open"]);
    assert.deepEqual(between(agent, on("n2")), ["blocked", "blocked"]);
  });
});
