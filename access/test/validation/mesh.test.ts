import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import { parseManifests } from "../../input/parse.js";
import { read } from "../istio/meshScene.js";

/** What stands in the place of a field, whatever its type is. */
const wrong = [null, 1, "x", true, [], {}, [null], ["x"], [1], { a: 1 }, [{}], [[]]];

/** One object of each kind that sets a mesh up, with every field that is read. */
const objects = read(`
{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: w, labels: {istio.io/rev: a}}, webhooks: [{name: x.sidecar-injector.istio.io, clientConfig: {service: {name: istiod, namespace: istio-system}}, namespaceSelector: {matchExpressions: [{key: a, operator: In, values: [b]}]}, objectSelector: {matchLabels: {a: b}}}]}
---
{apiVersion: networking.istio.io/v1, kind: ProxyConfig, metadata: {name: p, namespace: shop}, spec: {selector: {matchLabels: {a: b}}, environmentVariables: {A: b}}}
---
{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: i, namespace: istio-system}, spec: {meshConfig: {rootNamespace: a}, values: {global: {proxy: {}}, pilot: {env: {A: b}}}, components: {pilot: {k8s: {env: [{name: A, value: b}]}}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: istiod, namespace: istio-system}, spec: {template: {metadata: {labels: {app: istiod}}, spec: {securityContext: {runAsUser: 1}, containers: [{name: discovery, image: "istio/pilot:1.30", args: [--domain], env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: b}}}], envFrom: [{configMapRef: {name: a}}]}]}}}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g, namespace: shop}, spec: {gatewayClassName: istio, listeners: [{name: a, port: 443, protocol: TLS, hostname: h, tls: {mode: Passthrough, options: {}, certificateRefs: [{name: x}]}, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {a: b}}}, kinds: [{kind: TLSRoute}]}}], addresses: [{type: Hostname, value: x}], infrastructure: {labels: {a: b}}}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: TLSRoute, metadata: {name: r, namespace: shop}, spec: {parentRefs: [{name: g}], hostnames: [h], rules: [{backendRefs: [{name: x, port: 1}]}]}}
---
{apiVersion: istio.alibabacloud.com/v1, kind: ASMEgressTrafficPolicy, metadata: {name: e, namespace: shop}, spec: {egressRules: [{to: [{hosts: [h], port: {number: 1, name: tcp}}]}], targetRefs: [{kind: Service, name: x}], selector: {matchLabels: {a: b}}}}
---
{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: v, namespace: shop}, spec: {labels: {a: b}}}
`);

const others = read(`
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: shop}, spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: app}]}}}}
---
{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop}, spec: {hosts: [h], ports: [{number: 443, protocol: TLS}], resolution: DNS}}
`);

type Path = readonly string[];

/** The fields below an object's spec or webhooks, by their paths. */
function fieldsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Object.keys(value).filter((key) => path.length > 0 || key === "spec" || key === "webhooks");
  return keys.flatMap((key) => [[...path, key], ...fieldsOf((value as Record<string, unknown>)[key], [...path, key])]);
}

function withField(object: object, path: Path, value: unknown): object {
  const copy = structuredClone(object) as Record<string, unknown>;
  const last = path[path.length - 1] ?? "";
  const holder = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  holder[last] = value;
  return copy;
}

describe("objects that set a mesh up", () => {
  for (const object of objects)
    it(`are refused or read without a crash, whatever stands in their fields: ${object.kind}`, () => {
      for (const path of fieldsOf(object))
        for (const value of wrong) {
          const text = JSON.stringify([...others, withField(object, path, value)]);
          const analysis = analyse(parseManifests(text, "f.json"));
          assert.ok(analysis.summary.rows > 0 && analysis.findings.length >= 0 && analysis.mtls.length > 0);
          assert.ok(analysis.problems.length >= 0);
        }
    });

  const settings = {
    mesh: {
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      discoverySelectors: [
        { matchLabels: { a: "b" }, matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
      ],
      defaultConfig: { proxyMetadata: { A: "b" }, interceptionMode: "NONE" },
      trustDomainAliases: ["a"],
    },
    values: {
      global: { proxy: { includeIPRanges: "10.0.0.0/8" } },
      sidecarInjectorWebhook: { enableNamespacesByDefault: true },
    },
    config: { policy: "enabled", neverInjectSelector: [{ matchLabels: { a: "b" } }] },
  };
  for (const [key, value] of Object.entries(settings))
    it(`are read without a crash, whatever stands in the settings of a ConfigMap: ${key}`, () => {
      const name = key === "mesh" ? "istio" : "istio-sidecar-injector";
      const metadata = { name, namespace: "istio-system" };
      for (const path of fieldsOf({ spec: value }).filter(({ length }) => length > 1))
        for (const bad of wrong) {
          const { spec } = withField({ spec: value }, path, bad) as { spec: object };
          const data = { values: "{}", [key]: JSON.stringify(spec) };
          const text = JSON.stringify([...others, { apiVersion: "v1", kind: "ConfigMap", metadata, data }]);
          assert.ok(analyse(parseManifests(text, "f.json")).summary.rows > 0);
        }
    });

  it("make proxies unknown where a field of their settings has the wrong type", () => {
    const metadata = { name: "istio", namespace: "istio-system" };
    const data = { mesh: "trustDomainAliases: {}" };
    const text = JSON.stringify([...others, { apiVersion: "v1", kind: "ConfigMap", metadata, data }]);
    const [row] = analyse(parseManifests(text, "f.json")).rows;
    assert.equal(row?.mesh.verdict, "unknown");
  });

  it("are refused with the field that has the wrong type", () => {
    const [gateway] = objects.filter(({ kind }) => kind === "Gateway");
    assert.ok(gateway);
    const text = JSON.stringify(withField(gateway, ["spec", "listeners", "0", "port"], "443"));
    const [problem] = parseManifests(text, "f.json").problems;
    assert.equal(problem?.id, "object-refused");
    assert.equal(problem.args["field"], "spec.listeners[0].port");
  });
});
