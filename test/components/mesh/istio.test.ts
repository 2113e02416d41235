import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { IstioMesh, type IstioMeshArgs } from "../../../components/mesh/istio.js";
import { recordStack } from "../recordedStack.js";

const install = (args: Partial<IstioMeshArgs> = {}) =>
  recordStack(() => new IstioMesh("mesh", { provider: new k8s.Provider("cluster"), version: "1.31.1", ...args }));

type Values = Record<string, never> & { meshConfig: Record<string, never> };
const values = (release: { inputs: Record<string, unknown> }) => release.inputs.values as Values;

describe("IstioMesh", () => {
  it("installs base before istiod, both into the control plane's namespace", async () => {
    const { one, made } = await install();
    assert.equal(one("mesh-base").inputs.chart, "oci://ghcr.io/istio/release/charts/base");
    assert.deepEqual(one("mesh-base").dependsOn, ["mesh-namespace"]);
    assert.deepEqual(one("mesh-istiod").dependsOn, ["mesh-base"]);
    assert.equal(one("mesh-istiod").inputs.namespace, "istio-system");
    assert.equal(made.ready.length, 1);
  });

  it("comes after the nodes that its pods run on, and goes before them", async () => {
    const { one } = await recordStack(() => {
      const provider = new k8s.Provider("cluster");
      const nodes = new k8s.core.v1.ConfigMap("nodes", {}, { provider });
      return new IstioMesh("mesh", { provider, version: "1.31.1", clusterReady: [nodes] });
    });
    assert.deepEqual(one("mesh-namespace").dependsOn, ["nodes"]);
  });

  it("blocks hosts that nobody registered, unless set otherwise", async () => {
    const { one } = await install();
    assert.deepEqual(values(one("mesh-istiod")).meshConfig.outboundTrafficPolicy, { mode: "REGISTRY_ONLY" });
    const open = await install({ outboundTrafficPolicy: "ALLOW_ANY" });
    assert.deepEqual(values(open.one("mesh-istiod")).meshConfig.outboundTrafficPolicy, { mode: "ALLOW_ANY" });
  });

  it("lets sidecars answer DNS, so that two databases may share a port", async () => {
    const captures = ({ one }: Awaited<ReturnType<typeof install>>) =>
      (values(one("mesh-istiod")).meshConfig.defaultConfig as unknown as { proxyMetadata: Record<string, string> })
        .proxyMetadata["ISTIO_META_DNS_CAPTURE"];
    assert.equal(captures(await install()), "true");
    const without = await install({ dnsCapture: false });
    assert.equal(captures(without), undefined);
    assert.equal(without.made.facts.dnsCapture, false);
  });

  it("gives proxies ECDSA keys, for a handshake with RSA takes a third longer", async () => {
    const config = values((await install()).one("mesh-istiod")).meshConfig.defaultConfig as unknown as {
      proxyMetadata: Record<string, string>;
    };
    assert.equal(config.proxyMetadata["ECC_SIGNATURE_ALGORITHM"], "ECDSA");
  });

  it("lets a gateway's pods obey Gateways of their own namespace only, unless set otherwise", async () => {
    const scoping = ({ one }: Awaited<ReturnType<typeof install>>) =>
      (values(one("mesh-istiod")) as unknown as { env: object }).env;
    assert.deepEqual(scoping(await install()), { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true" });
    const open = await install({ scopeGateways: false });
    assert.deepEqual(scoping(open), { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "false" });
    assert.equal(open.made.facts.scopeGateways, false);
  });

  it("logs who calls by identity, and why a handshake failed", async () => {
    const config = values((await install()).one("mesh-istiod")).meshConfig as unknown as { accessLogFormat: string };
    const format = JSON.parse(config.accessLogFormat) as Record<string, string>;
    assert.equal(format["downstream_peer_uri_san"], "%DOWNSTREAM_PEER_URI_SAN%");
    assert.equal(format["downstream_transport_failure_reason"], "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%");
  });

  it("takes the images of control plane and proxies from the registry it is given", async () => {
    const global = async (args: Partial<IstioMeshArgs>) => values((await install(args)).one("mesh-istiod")).global;
    assert.equal((await global({ hub: "registry.example.com/team" }))?.["hub"], "registry.example.com/team");
    assert.equal((await global({}))?.["hub"], undefined);
  });

  it("keeps injecting when a node of the control plane is lost", async () => {
    const { one } = await install();
    assert.equal(values(one("mesh-istiod")).autoscaleMin, 2);
  });

  it("puts a revision beside the control plane that has no name, and touches neither's release", async () => {
    const before = await install();
    const both = {
      revisions: [{ name: "default" }, { name: "1-32-0", version: "1.32.0" }],
      defaultRevision: "default",
    };
    const { one, made } = await install({ version: "1.32.0", ...both });
    assert.deepEqual(
      ["mesh-istiod", "mesh-istiod-1-32-0"].map((name) => [one(name).inputs.name, one(name).inputs.version]),
      [
        ["istiod", "1.32.0"],
        ["istiod-1-32-0", "1.32.0"],
      ],
    );
    assert.deepEqual(values(one("mesh-istiod")), values(before.one("mesh-istiod")));
    assert.deepEqual(values(one("mesh-istiod-1-32-0")), { ...values(one("mesh-istiod")), revision: "1-32-0" });
    assert.deepEqual(one("mesh-istiod-1-32-0").dependsOn, ["mesh-base"]);
    assert.deepEqual(made.facts.injectionLabels, { "istio-injection": "enabled" });
    assert.equal(made.ready.length, 2);
  });

  it("moves a tag in one object, after both control planes are there", async () => {
    const revisions = [{ name: "1-31-4" }, { name: "1-32-0" }];
    const tag = async (to: string) => {
      const tagged = await install({ revisions, tags: { stable: to }, defaultRevision: "stable" });
      assert.deepEqual(values(tagged.one("mesh-base")).defaultRevision, to);
      assert.deepEqual(tagged.made.facts.injectionLabels, { "istio.io/rev": "stable" });
      return tagged.one("mesh-istio-revision-tag-stable");
    };
    const [before, after] = [await tag("1-31-4"), await tag("1-32-0")];
    assert.deepEqual(before.dependsOn.sort(), ["mesh-istiod-1-31-4", "mesh-istiod-1-32-0"]);
    assert.deepEqual(
      after.inputs,
      JSON.parse(
        JSON.stringify(before.inputs).replaceAll('"1-31-4"', '"1-32-0"').replaceAll("istiod-1-31-4", "istiod-1-32-0"),
      ),
    );
  });

  it("refuses what the settings would refuse of its revisions", () => {
    const provider = {} as k8s.Provider;
    assert.throws(
      () => new IstioMesh("mesh", { provider, revisions: [{ name: "a" }, { name: "b" }] }),
      /mesh\.defaultRevision: is missing/,
    );
  });

  it("names the provider of traces only when there is a collector", async () => {
    assert.equal((await install()).made.facts.tracingProvider, undefined);
    const { one, made } = await install({ tracing: { service: "otel.observability.svc.cluster.local", port: 4317 } });
    assert.deepEqual(values(one("mesh-istiod")).meshConfig.extensionProviders, [
      {
        name: made.facts.tracingProvider,
        opentelemetry: { service: "otel.observability.svc.cluster.local", port: 4317 },
      },
    ]);
  });

  it("lets the CNI plug-in, and only it, raise the namespace's Pod Security level", async () => {
    const level = "pod-security.kubernetes.io/enforce";
    assert.equal((await install()).made.manifests[0]?.metadata.labels?.[level], "baseline");
    const { made, one } = await install({ cni: true });
    assert.equal(made.manifests[0]?.metadata.labels?.[level], "privileged");
    assert.deepEqual(one("mesh-istiod").dependsOn.sort(), ["mesh-base", "mesh-cni"]);
  });

  it("creates nothing in a cluster that already runs the mesh", async () => {
    const { registered, made } = await install({ install: false });
    assert.deepEqual(
      registered.map(({ name }) => name).filter((name) => name !== "cluster"),
      ["mesh"],
    );
    assert.deepEqual(made.ready, []);
    assert.equal(made.facts.controlPlane?.namespace, "istio-system");
  });

  it("warns of a Kubernetes that its version does not support, once that is known", async () => {
    const warned = async (kubernetesVersion?: string) => {
      const said: string[] = [];
      const { warn } = pulumi.log;
      const log = pulumi.log as { warn: (message: string) => Promise<void> };
      log.warn = (message) => Promise.resolve(void said.push(message));
      try {
        const known = kubernetesVersion === undefined ? undefined : pulumi.output(kubernetesVersion);
        await install({ version: "1.31.1", kubernetesVersion: known });
      } finally {
        log.warn = warn;
      }
      return said;
    };
    assert.deepEqual(await warned("1.31.9-gke.1100000"), [
      "mesh.version: 1.31.1 supports Kubernetes 1.32 to 1.37, and the cluster's is 1.31.9-gke.1100000.",
    ]);
    assert.deepEqual(await warned("1.35.2-gke.1000000"), []);
    assert.deepEqual(await warned(), []);
  });

  it("takes charts from a Helm repository too", async () => {
    const { one } = await install({ repository: "https://charts.example.com/istio" });
    assert.equal(one("mesh-istiod").inputs.chart, "istiod");
    assert.deepEqual(one("mesh-istiod").inputs.repositoryOpts, { repo: "https://charts.example.com/istio" });
  });

  it("treats an undefined setting as one that is not there", async () => {
    const { one } = await install({ repository: undefined, namespace: undefined });
    assert.equal(one("mesh-istiod").inputs.namespace, "istio-system");
  });
});
