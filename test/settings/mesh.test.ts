import assert from "node:assert/strict";
import { blueprintOf } from "../../components/blueprint.js";
import type { ClusterSettings } from "../../settings/cluster.js";
import { loadSettings } from "../../settings/load.js";
import { istioMisfit } from "../../settings/istioVersions.js";
import { filledMesh, istioVersion, meshSchema } from "../../settings/mesh.js";
import { ackSettings } from "./ackSettings.js";

const project = { cloud: "gke", project: "example-project", region: "europe-west3" };
const gke = (releaseChannel: string) => ({ ...project, releaseChannel }) as ClusterSettings;
const stack = (cluster: object, mesh: object = {}) => ({
  cluster: { ...project, ...cluster },
  mesh: { kind: "cloud-service-mesh", ...mesh },
  namespaces: [],
});

describe("Settings of the mesh", () => {
  for (const kind of ["istio", "asm", "cloud-service-mesh"] as const)
    it(`block hosts that nobody registered, capture DNS and log connections by default: ${kind}`, () => {
      const { outboundTrafficPolicy, dnsCapture, accessLog } = filledMesh(meshSchema.parse({ kind }), gke("RAPID"));
      assert.deepEqual([outboundTrafficPolicy, dnsCapture, accessLog], ["REGISTRY_ONLY", true, true]);
    });

  it("capture DNS on Cloud Service Mesh where the cluster's channel has it, and refuse it elsewhere", () => {
    for (const releaseChannel of ["REGULAR", "STABLE"]) {
      const { mesh } = loadSettings(stack({ releaseChannel }));
      assert.equal(mesh.dnsCapture, false);
      assert.throws(
        () => loadSettings(stack({ releaseChannel }, { dnsCapture: true })),
        /mesh\.dnsCapture: true is in the Rapid channel .*cluster\.releaseChannel to RAPID/,
      );
    }
    assert.equal(loadSettings(stack({ releaseChannel: "RAPID" }, { dnsCapture: true })).mesh.dnsCapture, true);
    assert.equal(loadSettings(stack({ releaseChannel: "RAPID" }, { dnsCapture: false })).mesh.dnsCapture, false);
  });

  it("tell two databases of one port apart on Cloud Service Mesh only where it captures DNS, or by addresses", () => {
    const databases = ["orders", "stock"].map((name) => ({
      name,
      host: `${name}.db.example.com`,
      protocol: "mysql",
      clients: [{ namespace: "shop" }],
    }));
    const addressed = databases.map((db, i) => ({ ...db, addresses: [`203.0.113.${i}`] }));
    const withDatabases = (cluster: object, list: object[]) => () =>
      loadSettings({ ...stack(cluster), namespaces: [{ name: "shop" }], databases: list });
    assert.throws(
      withDatabases({}, databases),
      /databases\[1\]\.port: 3306 .*Set cluster\.releaseChannel to RAPID, or write/,
    );
    assert.doesNotThrow(withDatabases({}, addressed));
    assert.doesNotThrow(withDatabases({ releaseChannel: "RAPID" }, databases));
  });

  it("leave the channel of Cloud Service Mesh to its cluster", () => {
    assert.throws(
      () => loadSettings(stack({}, { channel: "managed-rapid" })),
      /mesh\.channel: "managed-rapid" is not a setting any more: .*cluster\.releaseChannel\.$/,
    );
  });

  it("know which Kubernetes a version of Istio supports, and are silent about versions they do not know", () => {
    assert.equal(
      istioMisfit("1.31.1", "1.31.9-gke.1100000"),
      "supports Kubernetes 1.32 to 1.37, and the cluster's is 1.31.9-gke.1100000",
    );
    assert.match(istioMisfit("1.29.8", "v1.36.1") ?? "", /1\.31 to 1\.35/);
    for (const [istio, kubernetes] of [
      ["1.31.4", "1.32.1-gke.1"],
      ["1.31.1", "1.37.0"],
      ["1.99.0", "1.20.0"],
      [istioVersion, "1.35.1"],
    ] as const)
      assert.equal(istioMisfit(istio, kubernetes), undefined, `${istio} ${kubernetes}`);
  });

  it("know only the meshes there are components for", () => {
    assert.equal(meshSchema.safeParse({ kind: "linkerd" }).success, false);
  });

  it("take a collector by its whole name only: by a shorter one the control plane finds none, and says so to nobody", () => {
    const service = (name: string) => meshSchema.safeParse({ kind: "istio", tracing: { service: name } });
    assert.equal(service("otel.observability.svc.cluster.local").success, true);
    for (const name of ["otel", "otel.observability.svc"]) assert.equal(service(name).success, false, name);
  });

  it("refuse keys of another mesh, which would be read by nobody", () => {
    assert.equal(meshSchema.safeParse({ kind: "asm", revision: "canary" }).success, false);
    assert.equal(meshSchema.safeParse({ kind: "istio", edition: "enterprise" }).success, false);
  });

  it("refuse what an edition of ASM does not have, and hold namespaces to a stricter level with its CNI plug-in", () => {
    const load = (mesh: object) =>
      loadSettings({
        cluster: ackSettings,
        mesh: { kind: "asm", ...mesh },
        namespaces: [{ name: "shop" }],
      });
    assert.throws(() => load({ cni: true, edition: "standard" }), /mesh\.cni: true is not in the standard edition/);
    const level = (mesh: object) =>
      blueprintOf(load(mesh)).manifests.find(({ kind }) => kind === "Namespace")?.metadata.labels?.[
        "pod-security.kubernetes.io/enforce"
      ];
    assert.deepEqual(
      [level({}), level({ cni: false }), level({ edition: "standard" })],
      ["baseline", "privileged", "privileged"],
    );
  });

  it("use Istio's CNI plug-in by default on GKE, and leave it to the cluster's owner elsewhere", () => {
    const cni = (cluster: object, mesh: object = {}) =>
      loadSettings({ cluster, mesh: { kind: "istio", ...mesh }, namespaces: [] }).mesh.cni;
    assert.deepEqual([cni(project), cni(ackSettings), cni({ cloud: "existing" })], [true, false, false]);
    assert.deepEqual([cni(project, { cni: false }), cni(ackSettings, { cni: true })], [false, true]);
  });

  it("refuse to connect after the handshake where proxies are known to be too old for it", () => {
    const load = (mesh: object) => () =>
      loadSettings({
        cluster: { cloud: "existing" },
        mesh: { kind: "istio", ...mesh },
        gateway: { connectAfterHandshake: true },
        namespaces: [],
      });
    assert.throws(load({ version: "1.28.3" }), /connectAfterHandshake: true needs proxies of Envoy 1\.37/);
    for (const mesh of [{ version: "1.29.0" }, { version: "1.31.1" }, {}]) assert.doesNotThrow(load(mesh));
  });

  it("refuse a mesh that does not work with the Gateway API of new ACK clusters", () => {
    const load = (version: string | undefined, mesh: object) => () =>
      loadSettings({ cluster: { ...ackSettings, version }, mesh, namespaces: [] });
    const refusal = /mesh\.version: .*Gateway API 1\.5\.1.*cluster\.version below 1\.36/;
    for (const cluster of [undefined, "1.36.1-aliyun.1", "1.37.0-aliyun.1"]) {
      for (const version of ["1.25", "v1.25.6.84-g6ac3d-aliyun", "v1.9.7.93-g7910a454-aliyun"])
        assert.throws(load(cluster, { kind: "asm", version }), refusal, `${cluster} ${version}`);
      for (const version of ["1.28.1", "1.29.1"])
        assert.throws(load(cluster, { kind: "istio", version }), refusal, `${cluster} ${version}`);
      assert.doesNotThrow(load(cluster, { kind: "asm", version: "v1.26.1.10-g1-aliyun" }));
      assert.doesNotThrow(load(cluster, { kind: "istio", version: "1.29.2" }));
      assert.doesNotThrow(load(cluster, { kind: "istio" }));
      assert.doesNotThrow(load(cluster, { kind: "asm" }));
    }
    assert.doesNotThrow(load("1.35.2-aliyun.1", { kind: "asm", version: "1.25" }));
    assert.doesNotThrow(load("1.35.2-aliyun.1", { kind: "istio", version: "1.28.1" }));
  });
});
