import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import type { AnalysisOptions, KubernetesObject } from "../../model/model.js";
import { read, rowOf } from "./meshScene.js";

const managed: AnalysisOptions = { mesh: { kind: "cloud-service-mesh" } };

const configMap = (name: string, mode = "REGISTRY_ONLY") =>
  read(`
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: istio-system }
data: { mesh: '{"outboundTrafficPolicy":{"mode":"${mode}"},"defaultConfig":{"proxyMetadata":{"ISTIO_META_DNS_CAPTURE":"true"}}}' }
`);

/** A client, and a Service of another team that asks to be hidden from it. */
const cluster = read(`
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Namespace
metadata: { name: vault, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  template: { metadata: { labels: { app: orders } }, spec: { containers: [{ name: c, image: c }] } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: keys, namespace: vault }
spec:
  selector: { matchLabels: { app: keys } }
  template:
    metadata: { labels: { app: keys } }
    spec: { containers: [{ name: c, image: c, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: keys, namespace: vault, annotations: { networking.istio.io/exportTo: "." } }
spec: { selector: { app: keys }, ports: [{ name: tcp, port: 8080, targetPort: 8080 }] }
`);

const ids = (objects: readonly KubernetesObject[], options?: AnalysisOptions) =>
  analyse(objects, options).findings.map(({ id }) => id);

describe("Cloud Service Mesh", () => {
  const database = { databases: [{ name: "db", host: "db.example.com", port: 3306, protocol: "mysql" }] };
  const verdict = (objects: KubernetesObject[]) =>
    rowOf([...cluster, ...objects], "shop/orders", "db.example.com", database).mesh.verdict;

  it("reads its options from the ConfigMap of the Rapid channel, and from no other", () => {
    assert.equal(verdict(configMap("istio-asm-managed-rapid")), "blocked");
    for (const name of ["istio-asm-managed", "istio-asm-managed-stable"])
      assert.equal(verdict(configMap(name)), "direct", name);
    const both = [...configMap("istio-asm-managed"), ...configMap("istio-asm-managed-rapid", "ALLOW_ANY")];
    assert.equal(verdict(both), "direct");
  });

  it("has DNS capture in one channel, which is assumed aloud where no settings tell it", () => {
    const assumed = (name: string, options: AnalysisOptions = {}) =>
      analyse([...cluster, ...configMap(name)], options).assumptions.map(({ id }) => id);
    assert.ok(assumed("istio-asm-managed-rapid").includes("rapid-channel"));
    assert.ok(!assumed("istio-asm-managed-rapid", { mesh: { dnsCapture: true } }).includes("rapid-channel"));
    assert.ok(!assumed("istio").includes("rapid-channel"));
    assert.ok(assumed("istio-asm-managed").includes("no-mesh-configuration"), "that ConfigMap is read by nobody");
  });

  it("leaves a cluster with Istio's own ConfigMaps as it is", () => {
    for (const name of ["istio", "istio-canary"]) assert.equal(verdict(configMap(name)), "blocked", name);
  });

  it("shows a Service to namespaces that an annotation would hide it from, because it does not read that", () => {
    const services = (mesh: AnalysisOptions["mesh"]) =>
      rowOf(cluster, "shop/orders", "keys.vault.svc.cluster.local", {
        services: true,
        mesh: { outboundTrafficPolicy: "REGISTRY_ONLY", ...mesh },
      }).mesh.verdict;
    assert.equal(services({}), "blocked");
    assert.notEqual(services({ kind: "cloud-service-mesh" }), "blocked");
  });

  it("names each annotation of Istio that is not on its list, and no other", () => {
    const annotated = (annotations: object) => {
      const pod = structuredClone(cluster[2]) as { spec: { template: { metadata: object } } };
      pod.spec.template.metadata = { labels: { app: "orders" }, annotations };
      return analyse([pod as never], managed).findings.map(({ id, args }) => `${id} ${String(args["annotation"])}`);
    };
    assert.deepEqual(annotated({ "sidecar.istio.io/nativeSidecar": "true", "example.com/team": "shop" }), [
      "annotation-ignored sidecar.istio.io/nativeSidecar",
    ]);
    const fine = ["inject.istio.io/templates", "sidecar.istio.io/proxyCPULimit", "proxy.istio.io/config"];
    assert.deepEqual(annotated(Object.fromEntries(fine.map((name) => [name, ""]))), []);
    assert.deepEqual(ids(cluster, managed), ["annotation-ignored"]);
    assert.deepEqual(ids(cluster), []);
  });
});

/** Two databases of a gateway, each with a list of clients in the handshake and a policy by server name. */
const databases = (ports: [number, number]) =>
  ["orders", "stock"].flatMap((name, i) =>
    read(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: istio-egress }
spec:
  hosts: [${name}.example.com]
  addresses: [240.0.0.${i + 1}]
  ports: [{ number: 3306, name: tcp, protocol: TCP }]
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: istio-egress }
spec:
  selector: { istio: egressgateway }
  servers:
    - port: { number: ${ports[i]}, name: tls-${name}, protocol: TLS }
      hosts: [./${name}.example.com]
      tls: { mode: ISTIO_MUTUAL, subjectAltNames: [spiffe://p.svc.id.goog/ns/shop/sa/${name}] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: istio-egress }
spec:
  selector: { matchLabels: { istio: egressgateway } }
  rules:
    - to: [{ operation: { ports: ["${ports[i]}"] } }]
      when: [{ key: connection.sni, values: [${name}.example.com] }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}-hop, namespace: shop }
spec:
  host: egressgateway.istio-egress.svc.cluster.local
  subsets:
    - name: ${name}
      trafficPolicy:
        tls: { mode: ISTIO_MUTUAL, sni: ${name}.example.com }
        loadBalancer: { localityLbSetting: { enabled: false } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: istio-egress }
spec:
  host: ${name}.example.com
  trafficPolicy: { tls: { mode: MUTUAL, credentialName: ${name} } }
`),
  );

describe("What Cloud Service Mesh does not document", () => {
  const unconfirmed = (objects: readonly KubernetesObject[], options?: AnalysisOptions) =>
    analyse(objects, options)
      .findings.filter(({ id }) => id.startsWith("unconfirmed-"))
      .map(({ id, args }) => `${id} ${String(args["host"])}`)
      .sort();

  it("is a finding for each database that rests on it", () => {
    assert.deepEqual(unconfirmed(databases([15443, 15443]), managed), [
      "unconfirmed-credential orders.example.com",
      "unconfirmed-credential stock.example.com",
      "unconfirmed-identities orders.example.com",
      "unconfirmed-identities stock.example.com",
      "unconfirmed-locality orders.example.com",
      "unconfirmed-locality stock.example.com",
      "unconfirmed-sni orders.example.com",
      "unconfirmed-sni stock.example.com",
    ]);
  });

  it("is none on Istio, which documents it", () => {
    assert.deepEqual(unconfirmed(databases([15443, 15443])), []);
  });

  it("is no server name where each database has a port of its own", () => {
    const found = unconfirmed(databases([15443, 15444]), managed);
    assert.deepEqual(
      found.filter((each) => each.startsWith("unconfirmed-sni")),
      [],
    );
  });
});
