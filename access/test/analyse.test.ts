import { said } from "./said.js";
import assert from "node:assert/strict";
import { analyse, checkAssertions, diffReach, explain } from "../index.js";
import type { AnalysisOptions, KubernetesObject } from "../model/model.js";
import { change, read, recipe, verdictOf } from "./istio/meshScene.js";

const database = "rm-1.mysql.rds.example.com";
const denied = recipe("rds");
const allowed = change(denied, "AuthorizationPolicy", "rds", (spec: { action: string }) => (spec.action = "ALLOW"));

describe("the rows of an analysis", () => {
  it("stand in the order of namespace, workload, host and port", () => {
    const { rows } = analyse(allowed, { databases: [{ host: "a.example.com", port: 5432 }] });
    const order = [...rows].map(({ from, to }) => `${from.namespace}/${from.workload} ${to.host}:${to.port}`);
    assert.deepEqual(order, [
      "demo-other/batch a.example.com:5432",
      `demo-other/batch ${database}:3306`,
      "demo-server/k8s-mysql a.example.com:5432",
      `demo-server/k8s-mysql ${database}:3306`,
    ]);
    assert.equal(rows.length, order.length);
  });

  it("leave gateways out as callers", () => {
    assert.deepEqual(
      new Set([...analyse(allowed).rows].map(({ from }) => from.workload)),
      new Set(["batch", "k8s-mysql"]),
    );
  });

  it("name hosts a plan does not know yet", () => {
    const { problems } = analyse(allowed, { databases: [{ name: "new", host: "${host:new}", port: 3306 }] });
    assert.match(said(problems[0]), /host of new is not known/);
  });

  it("are blocked by a network policy on the way to the gateway", () => {
    const policy = read(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny, namespace: demo-server }
spec: { podSelector: {}, policyTypes: [Egress] }
`);
    assert.equal(verdictOf([...allowed, ...policy], "demo-server/k8s-mysql", database), "blocked");
  });

  it("are explained one at a time", () => {
    const found = explain(analyse(allowed), { namespace: "demo-server", workload: "k8s-mysql", host: database });
    assert.equal(found?.row.mesh.verdict, "gateway");
    assert.equal(
      explain(analyse(allowed), { namespace: "demo-server", workload: "nobody", host: database }),
      undefined,
    );
  });
});

describe("a comparison of two inputs", () => {
  it("shows only what changes in reach", () => {
    const changes = diffReach(analyse(denied).rows, analyse(allowed).rows);
    assert.equal(changes.length, 1);
    assert.equal(changes[0]?.before?.mesh.verdict, "blocked");
    assert.equal(changes[0]?.after?.mesh.verdict, "gateway");
  });
});

describe("assertions", () => {
  const check = (...assertions: Parameters<typeof checkAssertions>[0]) => {
    const { rows, targets } = analyse(allowed);
    return checkAssertions(assertions, rows, targets);
  };

  it("hold or fail with the row that breaks them", () => {
    const [client, others] = check(
      { from: { namespace: "demo-server" }, to: { host: database }, expect: "gateway", identity: true },
      { from: "*", except: [{ namespace: "demo-server" }], to: "*", expect: "blocked" },
    );
    assert.equal(client?.ok, true);
    assert.equal(others?.ok, false);
    const [failure] = others?.failures ?? [];
    assert.deepEqual([failure?.id, failure?.args["actual"]], ["assertion-verdict", "direct"]);
    assert.equal(failure?.examples[0]?.from.workload, "batch");
  });

  for (const [why, assertion, id] of [
    ["no client is so", { from: { namespace: "demo-servr" }, to: "*" }, "assertion-matches-no-workload"],
    ["no database is so", { from: "*", to: { database: "order" } }, "assertion-matches-no-target"],
    ["every client is an exception", { from: "*", except: [{ namespace: "*" }], to: "*" }, "assertion-excepts-all"],
  ] as const)
    it(`fail when they match no pair, and say that ${why}`, () => {
      const [typo] = check({ ...assertion, expect: "gateway" });
      assert.equal(typo?.ok, false);
      assert.deepEqual(
        typo?.failures.map((failure) => failure.id),
        [id],
      );
    });

  it("say that there is no client at all where the input has none", () => {
    const { rows, targets } = analyse([], { databases: [{ host: "db.example.com", port: 3306 }] });
    const [result] = checkAssertions([{ from: "*", to: "*", expect: "blocked" }], rows, targets);
    assert.equal(result?.failures[0]?.id, "assertion-without-workloads");
  });
});

const shop = (more = ""): KubernetesObject[] =>
  read(`
{apiVersion: v1, kind: Namespace, metadata: {name: demo, labels: {istio-injection: enabled}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: plain}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: frontend, namespace: demo}, spec: {template: {metadata: {labels: {app: frontend}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: cart, namespace: demo}, spec: {template: {metadata: {labels: {app: cart}}, spec: {serviceAccountName: cart, containers: [{name: c}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: client, namespace: plain}, spec: {template: {metadata: {labels: {app: client}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: frontend, namespace: demo}, spec: {selector: {app: frontend}, ports: [{name: http, port: 80, targetPort: 8080}]}}
${more === "" ? "" : `---\n${more}`}
`);

/** The same with an annotation on the pods of `frontend`. */
const annotated = (objects: readonly KubernetesObject[], name: string, value: string): KubernetesObject[] =>
  change(objects, "Deployment", "frontend", ({ template }: { template: { metadata: { annotations?: object } } }) => {
    template.metadata.annotations = { [`traffic.sidecar.istio.io/${name}`]: value };
  });

describe("services inside the mesh", () => {
  const frontend = "frontend.demo.svc.cluster.local";
  const options: AnalysisOptions = { services: true };
  const strict = (namespace: string, extra = ""): string =>
    `{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: ${namespace}}, spec: {mtls: {mode: STRICT}${extra}}}`;

  it("take plaintext and mutual TLS by default", () => {
    assert.equal(verdictOf(shop(), "plain/client", frontend, options), "direct plaintext");
    assert.equal(verdictOf(shop(), "demo/cart", frontend, options), "direct mutual-tls known");
  });

  it("refuse plaintext where the namespace, the mesh or the workload is STRICT", () => {
    for (const policy of [
      strict("demo"),
      strict("istio-system"),
      strict("demo", ", selector: {matchLabels: {app: frontend}}"),
    ]) {
      const sealed = shop(
        policy.replace(/spec: \{mtls: (.*?), selector: (.*)\}\}$/, "spec: {selector: $2, mtls: $1}}"),
      );
      assert.equal(verdictOf(sealed, "plain/client", frontend, options), "blocked");
      assert.equal(verdictOf(sealed, "demo/cart", frontend, options), "direct mutual-tls known");
    }
  });

  it("let a narrower PERMISSIVE override the mesh for its own scope", () => {
    const narrower =
      "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: own, namespace: demo}, spec: {mtls: {mode: PERMISSIVE}}}";
    const objects = shop(`${strict("istio-system")}\n---\n${narrower}`);
    assert.equal(verdictOf(objects, "plain/client", frontend, options), "direct plaintext");
  });

  it("ask nobody on ports that go past their sidecar, and break the mesh's mutual TLS there", () => {
    const past = annotated(shop(strict("demo")), "excludeInboundPorts", "8080");
    assert.equal(verdictOf(past, "plain/client", frontend, options), "direct plaintext");
    assert.equal(verdictOf(past, "demo/cart", frontend, options), "blocked");
    const others = annotated(shop(strict("demo")), "includeInboundPorts", "8080");
    assert.equal(verdictOf(others, "plain/client", frontend, options), "blocked");
  });

  it("ask their AuthorizationPolicies who may", () => {
    const policy =
      "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: demo}, spec: {selector: {matchLabels: {app: frontend}}, rules: [{from: [{source: {serviceAccounts: [cart]}}]}]}}";
    assert.equal(verdictOf(shop(policy), "demo/cart", frontend, options), "direct mutual-tls known");
    assert.equal(verdictOf(shop(policy), "plain/client", frontend, options), "blocked");
  });
});

describe("the audit of mutual TLS", () => {
  it("names the policy that decides for each workload, its ports, and the workloads without a sidecar", () => {
    const policy =
      "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: front, namespace: demo}, spec: {selector: {matchLabels: {app: frontend}}, mtls: {mode: STRICT}, portLevelMtls: {8081: {mode: PERMISSIVE}}}}";
    const rows = analyse(shop(policy)).mtls.map(({ namespace, workload, port, mode, plaintext, because }) =>
      [`${namespace}/${workload}`, port, mode, plaintext, because.name].join(" "),
    );
    assert.deepEqual(rows, [
      "demo/cart  PERMISSIVE true mesh",
      "demo/frontend  STRICT false front",
      "demo/frontend 8081 PERMISSIVE true front",
      "plain/client  none true plain",
    ]);
  });

  it("says which ports go past a sidecar that asks for certificates", () => {
    const strict =
      "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: all, namespace: demo}, spec: {mtls: {mode: STRICT}}}";
    const audit = (annotation: string, ports: string) =>
      analyse(annotated(shop(strict), annotation, ports))
        .mtls.filter(({ workload }) => workload === "frontend")
        .map(({ port, plaintext, because }) => `${port} ${plaintext} ${because.kind}/${because.name}`);
    assert.deepEqual(audit("excludeInboundPorts", "8080"), [
      "null false PeerAuthentication/all",
      "8080 true Deployment/frontend",
    ]);
    assert.deepEqual(audit("includeInboundPorts", "8080, 9090"), [
      "null true Deployment/frontend",
      "8080 false PeerAuthentication/all",
      "9090 false PeerAuthentication/all",
    ]);
    assert.deepEqual(audit("includeInboundPorts", ""), ["null true Deployment/frontend"]);
  });

  it("says what a workload without a sidecar accepts", () => {
    const row = analyse(shop()).mtls.find(({ workload }) => workload === "client");
    assert.match(said(row?.because), /^no sidecar: accepts plaintext/);
  });
});
