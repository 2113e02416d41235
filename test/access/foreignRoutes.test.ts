import assert from "node:assert/strict";
import { analyse, type KubernetesObject } from "mesh-access";
import { blueprintOf, judgedManifests } from "../../components/blueprint.js";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import { loadSettings } from "../../settings/load.js";
import { database, smallStack } from "../plan/stackFiles.js";

/** What a team with rights in its own namespace writes to get the connections of `orders`: older than the stack's objects. */
const takeover: KubernetesObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "unlisted", labels: { "istio-injection": "enabled" } } },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "trap", namespace: "unlisted", creationTimestamp: "2020-01-01T00:00:00Z" },
    spec: { selector: { app: "trap" }, ports: [{ name: "tcp", port: 5432 }] },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "orders", namespace: "unlisted", creationTimestamp: "2020-01-01T00:00:00Z" },
    spec: {
      hosts: ["orders.db.example.com"],
      exportTo: ["shop"],
      tcp: [{ route: [{ destination: { host: "trap.unlisted.svc.cluster.local", port: { number: 5432 } } }] }],
    },
  },
];

const client: KubernetesObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "client", namespace: "shop" },
  spec: {
    selector: { matchLabels: { app: "client" } },
    template: { metadata: { labels: { app: "client" } }, spec: { containers: [{ name: "client", image: "client" }] } },
  },
};

function verdict(namespace: object): string | undefined {
  const settings = loadSettings({
    ...smallStack,
    namespaces: [{ name: "shop", ...namespace }],
    databases: [{ ...database("orders"), clients: [{ namespace: "shop" }] }],
  });
  const objects = judgedManifests(blueprintOf(settings));
  const { rows } = analyse([...objects, client, ...takeover], optionsOfStack(settings));
  return [...rows].find(({ from, to }) => from.workload === "client" && to.host === "orders.db.example.com")?.mesh
    .verdict;
}

describe("An older route of another namespace for a database's host", () => {
  it("changes nothing for a namespace of the stack, whose sidecars do not import it", () => {
    assert.equal(verdict({}), "gateway");
  });

  it("takes the connection where the namespace imports from everybody", () => {
    assert.notEqual(verdict({ importsFrom: "all" }), "gateway");
  });
});
