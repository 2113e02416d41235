import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../../components/manifest.js";
import { ManifestComponent, type ManifestComponentArgs } from "../../components/manifestComponent.js";
import { MeshNamespace } from "../../components/namespace/meshNamespace.js";
import { recordStack } from "./recordedStack.js";
import { mesh } from "./egress/paths.js";

class Objects extends ManifestComponent {
  constructor(name: string, manifests: Manifest[], args: ManifestComponentArgs = {}) {
    super("test:index:Objects", name, manifests, args);
    this.registerOutputs({});
  }
}

const object = (kind: string, name: string, more: object = {}): Manifest => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop" },
  ...more,
});
const policy: Manifest = { ...object("AuthorizationPolicy", "guard"), apiVersion: "security.istio.io/v1" };
const pods = (spec: object, kind = "Deployment"): Manifest => ({
  ...object(kind, "orders", {
    spec: kind === "CronJob" ? { jobTemplate: { spec: { template: { spec } } } } : { template: { spec } },
  }),
  apiVersion: kind.endsWith("Job") ? "batch/v1" : "apps/v1",
});

/** What the pods' object waits for, by name, when all of these are registered together. */
async function waitedFor(...manifests: Manifest[]): Promise<string[]> {
  const { registered } = await recordStack(() => new Objects("objects", manifests));
  const owner = registered.find(({ name }) => /-(deployment|cronjob)-/.test(name));
  return (owner?.dependsOn ?? []).map((name) => name.replace("objects-", "")).sort();
}

describe("Pods wait for what they cannot start without", () => {
  const fields: Record<string, [field: object, needed: string]> = {
    serviceAccountName: [{ serviceAccountName: "needed" }, "ServiceAccount"],
    imagePullSecrets: [{ imagePullSecrets: [{ name: "needed" }] }, "Secret"],
    "a volume's Secret": [{ volumes: [{ secret: { secretName: "needed" } }] }, "Secret"],
    "a volume's ConfigMap": [{ volumes: [{ configMap: { name: "needed" } }] }, "ConfigMap"],
    "a volume's claim": [{ volumes: [{ persistentVolumeClaim: { claimName: "needed" } }] }, "PersistentVolumeClaim"],
    "a projected Secret": [{ volumes: [{ projected: { sources: [{ secret: { name: "needed" } }] } }] }, "Secret"],
    "a projected ConfigMap": [
      { volumes: [{ projected: { sources: [{ configMap: { name: "needed" } }] } }] },
      "ConfigMap",
    ],
    "a variable's Secret": [{ containers: [{ env: [{ valueFrom: { secretKeyRef: { name: "needed" } } }] }] }, "Secret"],
    "a variable's ConfigMap": [
      { containers: [{ env: [{ valueFrom: { configMapKeyRef: { name: "needed" } } }] }] },
      "ConfigMap",
    ],
    "envFrom a Secret": [{ containers: [{ envFrom: [{ secretRef: { name: "needed" } }] }] }, "Secret"],
    "envFrom a ConfigMap": [{ initContainers: [{ envFrom: [{ configMapRef: { name: "needed" } }] }] }, "ConfigMap"],
  };
  for (const [field, [spec, kind]] of Object.entries(fields))
    it(`by ${field}, wherever it comes in the list`, async () => {
      const needed = object(kind, "needed");
      assert.deepEqual(await waitedFor(pods(spec), needed), [`${kind.toLowerCase()}-shop/needed`]);
    });

  it("also where a CronJob makes them", async () => {
    const job = pods({ serviceAccountName: "needed" }, "CronJob");
    assert.deepEqual(await waitedFor(job, object("ServiceAccount", "needed")), ["serviceaccount-shop/needed"]);
  });

  it("and not for what only has the same name, kind or namespace", async () => {
    const spec = { serviceAccountName: "needed", containers: [{ image: "cache", args: ["settings"] }] };
    const elsewhere = { ...object("ServiceAccount", "needed"), metadata: { name: "needed", namespace: "billing" } };
    assert.deepEqual(
      await waitedFor(
        object("Secret", "needed"),
        object("ConfigMap", "settings"),
        object("Secret", "cache"),
        elsewhere,
        pods(spec),
      ),
      [],
    );
  });

  it("for the policies beside them, so that they are never open", async () => {
    assert.deepEqual(await waitedFor(pods({}), policy), ["authorizationpolicy-shop/guard"]);
  });

  it("for their namespace, as everything in it does", async () => {
    const namespace: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    const { one } = await recordStack(() => new Objects("objects", [pods({}), object("Secret", "s"), namespace]));
    assert.deepEqual(one("objects-secret-shop/s").dependsOn, ["objects-namespace-shop"]);
    assert.deepEqual(one("objects-deployment-shop/orders").dependsOn, ["objects-namespace-shop"]);
  });
});

describe("A binding of an admission policy", () => {
  it("waits for its policy: before it the API server lets administrators alone write one", async () => {
    const admission = (kind: string, name: string, spec: object): Manifest => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind,
      metadata: { name },
      spec,
    });
    const binding = admission("ValidatingAdmissionPolicyBinding", "one", { policyName: "one" });
    const policies = ["other", "one"].map((name) => admission("ValidatingAdmissionPolicy", name, {}));
    const { registered } = await recordStack(() => new Objects("objects", [binding, ...policies]));
    const { dependsOn } = registered.find(({ name }) => name.includes("policybinding")) ?? {};
    assert.deepEqual(dependsOn, [registered.find(({ name }) => /policy-one$/.test(name))?.name]);
  });
});

describe("Two components that write one object", () => {
  const twice = (second: Manifest, own: ManifestComponentArgs = {}) =>
    recordStack(() => {
      new Objects("first", [object("Secret", "shared")]);
      assert.throws(
        () => new Objects("second", [object("ConfigMap", "another"), second], own),
        /^Error: second: Secret shop\/shared is already registered by first\. Rename one of them, or create it once\.$/,
      );
    });

  it("are an error that names both, before the second registers anything of its own", async () => {
    const { registered } = await twice(object("Secret", "shared"));
    assert.ok(!registered.some(({ name }) => name.startsWith("second-")));
  });

  it("are one also where they name different versions of its API", async () => {
    const claim = (version: string) => ({ ...policy, apiVersion: `security.istio.io/${version}` });
    await recordStack(() => {
      new Objects("first", [claim("v1")]);
      assert.throws(() => new Objects("second", [claim("v1beta1")]), /is already registered by first/);
    });
  });

  it("are none where namespace, kind or cluster differ", async () => {
    await recordStack(() => {
      const other = new k8s.Provider("other", {});
      const secret = object("Secret", "shared");
      new Objects("first", [secret]);
      new Objects("second", [
        object("ConfigMap", "shared"),
        { ...secret, metadata: { name: "shared", namespace: "billing" } },
      ]);
      class Elsewhere extends ManifestComponent {
        constructor() {
          super("test:index:Objects", "third", [secret], {}, { provider: other });
        }
      }
      new Elsewhere();
    });
  });

  it("are one across components of the library", async () => {
    await recordStack(() => {
      new MeshNamespace("a", { namespace: "shop", mesh });
      assert.throws(
        () => new MeshNamespace("b", { namespace: "shop", mesh }),
        /Namespace \/shop is already registered by a/,
      );
    });
  });
});

describe("A mesh with an API server of its own", () => {
  it("gets what is of Istio's API, the cluster everything else, and both the namespace", async () => {
    const { one } = await recordStack(() => {
      const meshProvider = new k8s.Provider("mesh", {});
      const namespace: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
      new Objects("objects", [namespace, object("Secret", "s"), policy], { meshProvider });
    });
    assert.equal(one("objects-authorizationpolicy-shop/guard").provider, "mesh");
    assert.notEqual(one("objects-secret-shop/s").provider, "mesh");
    assert.notEqual(one("objects-namespace-shop").provider, "mesh");
    assert.equal(one("objects-namespace-shop-mesh").provider, "mesh");
    assert.deepEqual(one("objects-authorizationpolicy-shop/guard").dependsOn.sort(), [
      "objects-namespace-shop",
      "objects-namespace-shop-mesh",
    ]);
  });
});

describe("A manifest that is registered", () => {
  it("is refused before its component when a placeholder has no value", async () => {
    const { registered } = await recordStack(() => {
      const secret = object("Secret", "s", { stringData: { password: "${secret:root}" } });
      assert.throws(
        () => new Objects("objects", [object("ConfigMap", "c"), secret]),
        /Nothing gives the secret of root/,
      );
    });
    assert.deepEqual(registered, []);
  });

  it("leaves out the file it was read from", async () => {
    const read = object("Secret", "s", { source: { file: "shop.yaml", line: 3 } });
    const { one } = await recordStack(() => new Objects("objects", [read]));
    assert.ok(!("source" in one("objects-secret-shop/s").inputs));
  });

  it("keeps outputs of its own as they are", async () => {
    const own = { spec: { clusterIds: [pulumi.output("c-1")], later: Promise.resolve(["c-2"]) } };
    const gateway = { ...object("IstioGateway", "egress", own), apiVersion: "istio.alibabacloud.com/v1beta1" };
    const { one } = await recordStack(() => new Objects("objects", [gateway]));
    assert.deepEqual(one("objects-istiogateway-shop/egress").inputs.spec, { clusterIds: ["c-1"], later: ["c-2"] });
  });
});
