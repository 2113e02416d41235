import assert from "node:assert/strict";
import type { ProgramResource } from "mesh-access/input";
import { violations } from "../../policy/violations.js";

const resource = (type: string, name: string, props: Record<string, unknown>): ProgramResource => ({
  type,
  name,
  props,
});

const kubernetes = (apiVersion: string, kind: string, name: string, namespace: string | undefined, rest: object) =>
  resource(`kubernetes:${apiVersion}:${kind}`, name, { apiVersion, kind, metadata: { name, namespace }, ...rest });

const namespace = (name: string) => ({
  ...kubernetes("v1", "Namespace", name, undefined, {}),
  props: { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "istio-injection": "enabled" } } },
});
const client = (place: string) =>
  kubernetes("apps/v1", "Deployment", "app", place, {
    spec: { template: { metadata: { labels: { app: "app" } }, spec: { containers: [{ name: "app" }] } } },
  });
const entry = (exportTo: string) =>
  kubernetes("networking.istio.io/v1", "ServiceEntry", "orders", "shop", {
    spec: {
      hosts: ["orders.example.com"],
      ports: [{ number: 5432, name: "tcp", protocol: "TCP" }],
      resolution: "DNS",
      location: "MESH_EXTERNAL",
      exportTo: [exportTo],
    },
  });
const program = (exportTo: string) => [
  resource("pulumi:providers:kubernetes", "cluster", { kubeconfig: "secret" }),
  resource("aws:rds/instance:Instance", "orders", {}),
  ...["shop", "other"].flatMap((place) => [namespace(place), client(place)]),
  entry(exportTo),
];
const config = {
  mesh: { outboundTrafficPolicy: "REGISTRY_ONLY" as const },
  assert: [
    {
      name: "only the shop reaches orders",
      from: "*",
      except: [{ namespace: "shop" }],
      to: { host: "orders.example.com" },
      expect: "blocked",
    },
  ],
};

/** Properties of a resource with a value that a preview does not know. */
const notKnown = () =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error("unknown value");
      },
      ownKeys: () => ["spec"],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  );

describe("The policy pack", () => {
  it("accepts a program that keeps its assertions, made of anybody's components", () => {
    assert.deepEqual(violations(program("."), config), []);
  });

  it("names the assertion, the reason and a pair where one fails", () => {
    const [violation, ...others] = violations(program("*"), config);
    assert.match(violation ?? "", /^only the shop reaches orders: expected blocked, .*other\/app/);
    assert.deepEqual(others, []);
  });

  it("never takes for safe what it cannot read: unknown values, charts, patches", () => {
    const unread = [
      resource("kubernetes:networking.istio.io/v1:ServiceEntry", "later", notKnown()),
      resource("kubernetes:helm.sh/v3:Release", "chart", {}),
      resource("kubernetes:core/v1:ConfigMapPatch", "patch", {}),
    ];
    const found = violations([...program("."), ...unread], config);
    for (const name of ["later", "chart", "patch"])
      assert.ok(
        found.some((text) => text.includes(`against ${name}:`)),
        name,
      );
  });

  it("says what is wrong with its own configuration", () => {
    const [violation] = violations(program("."), { assert: [{ from: "*", to: 1 }] });
    assert.match(violation ?? "", /^reach\.assert\.0/);
  });

  it("repeats no value of a Secret", () => {
    const secret = kubernetes("v1", "Secret", "password", "shop", { stringData: { password: "hunter2" } });
    assert.ok(!JSON.stringify(violations([...program("*"), secret], config)).includes("hunter2"));
  });
});
