import assert from "node:assert/strict";
import { ingressProblems, ingressSchema } from "../../settings/ingress.js";
import { mutualTlsProblems, mutualTlsSchema } from "../../settings/mutualTls.js";
import { networkSchema } from "../../settings/network.js";
import { describeProblem } from "../../settings/problem.js";

const shop = { name: "shop", host: "shop.example.com", namespace: "shop", service: "frontend" };

describe("Settings of the layers", () => {
  it("are safe when nothing is said", () => {
    const network = networkSchema.parse({});
    assert.equal(network.isolation.enabled, true);
    assert.deepEqual([network.openIngress, network.openEgress, network.flows], [[], [], []]);
    assert.equal(ingressSchema.parse({}).gateway.create, false);
  });

  it("refuse an ingress gateway where the mesh makes its own, or nothing would fill it in", () => {
    const ingress = ingressSchema.parse({ gateway: { create: true } });
    const problems = (meshKind: string, injection: boolean) =>
      ingressProblems(ingress, { meshKind, namespaces: [{ name: "istio-ingress", injection }] }).map(describeProblem);
    assert.match(problems("asm", true).join(), /ASM makes its gateways itself/);
    assert.match(problems("istio", false).join(), /no namespace with injection/);
    assert.deepEqual(problems("istio", true), []);
  });

  it("refuse a host served twice, or for a namespace nobody listed", () => {
    const ingress = ingressSchema.parse({ hosts: [shop, { ...shop, name: "again", namespace: "shpo" }] });
    const paths = ingressProblems(ingress, { meshKind: "istio", namespaces: [{ name: "shop", injection: true }] });
    assert.deepEqual(
      paths.map(({ path }) => path),
      ["ingress.hosts[1].namespace", "ingress.hosts[1].host"],
    );
  });

  it("refuse a selector that would take every pod for one workload", () => {
    const workload = { name: "frontend", namespace: "shop", labels: {} };
    assert.throws(() => mutualTlsSchema.parse({ workloads: [workload] }), /selects-every-pod/);
  });

  it("refuse a second policy for the mesh's root namespace", () => {
    const [problem] = mutualTlsProblems({
      rootNamespace: "istio-system",
      namespaces: [{ namespace: "istio-system" }],
    });
    assert.equal(problem?.path, "mutualTls.namespaces[0].namespace");
  });
});
