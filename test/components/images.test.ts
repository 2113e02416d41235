import assert from "node:assert/strict";
import { blueprintOf } from "../../components/blueprint.js";
import { imageIn, imagesOf } from "../../components/images.js";
import { loadSettings } from "../../settings/load.js";
import { readStackFile } from "../../settings/stackFile.js";
import { smallStack } from "../plan/stackFiles.js";

const registry = "registry-vpc.cn-hangzhou.aliyuncs.com/team";

describe("Images from a registry", () => {
  it("have the last part of their name there, and their tag or digest", () => {
    for (const [image, there] of [
      ["nginx:1.28-alpine", "nginx:1.28-alpine"],
      ["curlimages/curl:8.16.0", "curl:8.16.0"],
      ["docker.io/library/alpine:3.22", "alpine:3.22"],
      ["us-central1-docker.pkg.dev/google-samples/shop/cart:v1", "cart:v1"],
      ["public.ecr.aws/aws-containers/retail-store-sample-ui:1.2", "retail-store-sample-ui:1.2"],
      ["gcr.io/p/a/b@sha256:1f", "b@sha256:1f"],
    ] as const)
      assert.equal(imageIn(registry, image), `${registry}/${there}`);
  });

  it("stay what they are where they are not public, and where injection chooses them", () => {
    for (const image of [
      "auto",
      `${registry}/curl:8.16.0`,
      "registry.cn-beijing.aliyuncs.com/acs/terway:v1",
      "harbor.corp.example.com/team/api:1",
      "localhost:5000/api:1",
    ])
      assert.equal(imageIn(registry, image), image);
  });

  for (const stack of ["rds", "bookstore", "boutique", "retail", "bookinfo"])
    it(`are those of every pod of the stack ${stack}, NGINX beside the gateway included`, () => {
      const { own } = readStackFile(`stacks/Pulumi.${stack}.yaml`);
      const wildcard = {
        name: "partners",
        host: "*.partners.example.com",
        protocol: "tls",
        port: 5432,
        ranges: ["203.0.113.0/24"],
        trafficMode: "tls-wildcard",
        gatewayPort: 15500,
        clients: [{ namespace: "extra" }],
      };
      const mesh = own["mesh"] as { kind: string };
      const namespaces = [...(own["namespaces"] as object[]), { name: "extra" }];
      const databases = [...((own["databases"] ?? []) as object[]), ...(mesh.kind === "istio" ? [wildcard] : [])];
      const cluster = { ...(own["cluster"] as object), registry };
      const { manifests } = blueprintOf(loadSettings({ ...own, cluster, namespaces, databases }));
      const images = imagesOf(manifests);
      assert.ok(images.length > 0);
      if (mesh.kind === "istio") assert.ok(images.includes(`${registry}/nginx:1.28-alpine`));
      assert.deepEqual(
        images.filter((image) => image !== "auto" && !image.startsWith(`${registry}/`)),
        [],
      );
    });

  it("change nothing without a registry", () => {
    const workloads = [{ kind: "deployment", name: "orders", namespace: "shop", image: "curlimages/curl:8.16.0" }];
    const images = (cluster: object) =>
      imagesOf(
        blueprintOf(loadSettings({ ...smallStack, cluster: { cloud: "existing", ...cluster }, workloads })).manifests,
      );
    assert.deepEqual(images({}).sort(), ["auto", "curlimages/curl:8.16.0"]);
    assert.deepEqual(images({ registry }).sort(), ["auto", `${registry}/curl:8.16.0`]);
  });

  it("are refused where two would have one name, and where the registry is none", () => {
    const workload = (name: string, image: string) => ({ kind: "deployment", name, namespace: "shop", image });
    const load = (cluster: object, ...images: string[]) =>
      blueprintOf(
        loadSettings({
          ...smallStack,
          cluster: { cloud: "existing", ...cluster },
          workloads: images.map((image, i) => workload(`app-${i}`, image)),
        }),
      );
    assert.throws(
      () => load({ registry }, "a/api:1", "b/api:1", "a/api:1"),
      /cluster\.registry: .*team\/api:1 for two images, a\/api:1 and b\/api:1/,
    );
    assert.doesNotThrow(() => load({ registry }, "a/api:1", "b/api:2", "a/api:1"));
    for (const wrong of ["https://registry.example.com/team", "registry.example.com", "registry.example.com/team/"])
      assert.throws(() => load({ registry: wrong }), /is not a registry with a path/);
  });
});

describe("Images by digest", () => {
  const digest = `sha256:${"0".repeat(63)}1`;
  const workloads = [{ kind: "deployment", name: "orders", namespace: "shop", image: "curlimages/curl:8.16.0" }];
  const images = (cluster: object) =>
    imagesOf(
      blueprintOf(loadSettings({ ...smallStack, cluster: { cloud: "existing", ...cluster }, workloads })).manifests,
    ).filter((image) => image !== "auto");

  it("are taken by it wherever a pod has them, from the registry that copies are in too", () => {
    const imageDigests = { "curlimages/curl:8.16.0": digest };
    assert.deepEqual(images({ imageDigests }), [`curlimages/curl:8.16.0@${digest}`]);
    assert.deepEqual(images({ imageDigests, registry }), [`${registry}/curl:8.16.0@${digest}`]);
  });

  it("are refused where no pod has the image, and where the digest is none", () => {
    assert.throws(
      () => images({ imageDigests: { "curl:8.16.0": digest } }),
      /no pod of the stack has.*curlimages\/curl/,
    );
    assert.throws(() => images({ imageDigests: { "curlimages/curl:8.16.0": "sha256:1f" } }), /is not a digest/);
  });
});
