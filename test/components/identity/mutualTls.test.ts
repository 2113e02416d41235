import assert from "node:assert/strict";
import { mutualTlsManifests } from "../../../components/identity/mutualTls.js";
import { assertFollowsSchema } from "../crdSchemas.js";

const frontend = { name: "frontend", namespace: "demo", labels: { app: "frontend" }, services: ["frontend"] };

function spec(manifest: object | undefined): unknown {
  return (manifest as { spec?: unknown } | undefined)?.spec;
}

describe("MutualTls", () => {
  it("accepts nothing but mutual TLS in the whole mesh unless set otherwise", () => {
    const [policy] = mutualTlsManifests({ rootNamespace: "istio-system" });
    assert.equal(policy?.metadata.namespace, "istio-system");
    assert.deepEqual(spec(policy), { mtls: { mode: "STRICT" } });
  });

  it("lets a namespace differ from the mesh", () => {
    const manifests = mutualTlsManifests({
      rootNamespace: "istio-system",
      namespaces: [{ namespace: "demo", mode: "PERMISSIVE" }],
    });
    const policy = manifests.find(({ metadata }) => metadata.namespace === "demo");
    assert.deepEqual(spec(policy), { mtls: { mode: "PERMISSIVE" } });
  });

  it("gives the clients of a strict workload the matching rule", () => {
    const manifests = mutualTlsManifests({ rootNamespace: "istio-system", mode: "PERMISSIVE", workloads: [frontend] });
    const [, policy, rule] = manifests;
    assert.deepEqual(spec(policy), { selector: { matchLabels: { app: "frontend" } }, mtls: { mode: "STRICT" } });
    assert.deepEqual(spec(rule), {
      host: "frontend.demo.svc.cluster.local",
      trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
    });
  });

  it("makes an exception for a port, named by the container's port in the policy and the Service's in the rule", () => {
    const ports = [{ port: 8080, servicePort: 80, mode: "DISABLE" as const }];
    const [, policy, rule] = mutualTlsManifests({ rootNamespace: "istio-system", workloads: [{ ...frontend, ports }] });
    assert.deepEqual((spec(policy) as { portLevelMtls: unknown }).portLevelMtls, { "8080": { mode: "DISABLE" } });
    assert.deepEqual((spec(rule) as { trafficPolicy: unknown }).trafficPolicy, {
      tls: { mode: "ISTIO_MUTUAL" },
      portLevelSettings: [{ port: { number: 80 }, tls: { mode: "DISABLE" } }],
    });
  });

  it("leaves clients of a permissive workload to automatic mutual TLS", () => {
    const workloads = [{ ...frontend, mode: "PERMISSIVE" as const }];
    const kinds = mutualTlsManifests({ rootNamespace: "istio-system", workloads }).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["PeerAuthentication", "PeerAuthentication"]);
  });

  it("refuses two policies for one scope, of which the mesh would ignore one", () => {
    const twice = { namespace: "demo", mode: "STRICT" as const };
    assert.throws(
      () => mutualTlsManifests({ rootNamespace: "istio-system", namespaces: [twice, twice] }),
      /namespaces\[1\].*has a policy already/,
    );
    assert.throws(
      () =>
        mutualTlsManifests({ rootNamespace: "istio-system", workloads: [frontend, { ...frontend, name: "other" }] }),
      /workloads\[1\].services\[0\]: "demo\/frontend" has a policy already/,
    );
  });

  it("follows the schemas of the CRDs", () => {
    const ports = [{ port: 8080, mode: "PERMISSIVE" as const }];
    mutualTlsManifests({
      rootNamespace: "istio-system",
      namespaces: [{ namespace: "demo", mode: "STRICT" }],
      workloads: [{ ...frontend, ports }],
    }).forEach(assertFollowsSchema);
  });
});
