import assert from "node:assert/strict";

import { imageFor, overrideLines, repository } from "../../images/imagePrograms.js";
import { istiod } from "../../images/istio.js";
import { locateServers } from "../../servers/servers.js";
import { readYaml } from "mesh-access/yaml";

const servers = locateServers("cache");

describe("an image reference", () => {
  it("is known by its repository alone, whatever registry, tag or digest it has", () => {
    const references = [
      "istio/proxyv2",
      "docker.io/istio/proxyv2:1.31.0",
      "registry:5000/istio/proxyv2:1.31.0-distroless",
      "localhost/istio/proxyv2@sha256:0123",
    ];
    for (const reference of references) {
      assert.equal(repository(reference), "istio/proxyv2");
      assert.match(imageFor(reference, servers)?.runs ?? "", /^pilot-agent/);
    }
  });

  it("without a stand-in is unknown, so that the pod says so", () => {
    assert.equal(imageFor("example/unheard-of:1", servers), undefined);
    assert.equal(imageFor("example/my-nginx:1", servers), undefined);
  });
});

describe("the images of the scenarios", () => {
  const service = (reference: string) => imageFor(reference, servers)?.arguments[0];

  it("run the service and version they name", () => {
    assert.equal(service("istio/examples-bookinfo-reviews-v3:1.20.3"), "reviews-v3");
    assert.equal(service("docker.io/istio/examples-bookinfo-ratings-v2:1.20.3"), "ratings-v2");
    assert.equal(service("public.ecr.aws/aws-containers/retail-store-sample-catalog:1.2.2"), "retail-catalog");
    const shop = "us-central1-docker.pkg.dev/google-samples/microservices-demo";
    assert.equal(service(`${shop}/frontend:v0.10.3`), "boutique-frontend");
    assert.equal(service(`${shop}/cartservice:v0.10.3`), "boutique-grpc");
    assert.equal(service("otel/opentelemetry-collector:0.138.0"), "traces");
  });
});

describe("what the lab changes against a pod's wish", () => {
  it("is listed with its reason", () => {
    const lines = overrideLines(servers);
    assert.equal(lines.length, 3);
    assert.ok(lines.every((line) => /^istiod: .+, because .+/.test(line)));
  });

  it("takes the metrics filter out of the mesh configuration and leaves the rest", () => {
    const override = istiod(servers).overrides?.find((candidate) => "file" in candidate);
    assert.ok(override && "file" in override);
    const before = "# kept\ndefaultProviders:\n  metrics:\n    - prometheus\n  tracing: [zipkin]\ntrustDomain: here\n";
    assert.deepEqual(readYaml(override.rewrite(before)).value, {
      defaultProviders: { metrics: [], tracing: ["zipkin"] },
      trustDomain: "here",
    });
    assert.equal(override.configMap({ REVISION: "default" }), "istio");
    assert.equal(override.configMap({ REVISION: "canary" }), "istio-canary");
  });
});
