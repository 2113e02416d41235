import assert from "node:assert/strict";
import { readableCollections } from "../../agreement/liveObjects.js";
import type { Cluster } from "../../controlplane/cluster.js";

const version = (groupVersion: string) => ({ groupVersion });
const resources = (...kinds: string[]) => ({ resources: kinds.map((kind) => ({ name: kind.toLowerCase(), kind })) });

/** What an API server with Istio's definitions answers: EnvoyFilter never came to v1. */
const answers: Record<string, object> = {
  "/apis": {
    groups: [
      {
        preferredVersion: version("networking.istio.io/v1"),
        versions: [version("networking.istio.io/v1alpha3"), version("networking.istio.io/v1")],
      },
    ],
  },
  "/api/v1": resources("Service", "Event"),
  "/apis/networking.istio.io/v1": resources("Gateway"),
  "/apis/networking.istio.io/v1alpha3": resources("Gateway", "EnvoyFilter"),
};

describe("What the analysis reads of a cluster", () => {
  it("is every kind it knows, once, also one that its group's preferred version has not", async () => {
    const cluster = { getPath: async (path: string) => answers[path] } as unknown as Cluster;
    assert.deepEqual((await readableCollections(cluster)).map(({ path }) => path).sort(), [
      "/api/v1/service",
      "/apis/networking.istio.io/v1/gateway",
      "/apis/networking.istio.io/v1alpha3/envoyfilter",
    ]);
  });
});
