import assert from "node:assert/strict";
import type { KubernetesObject } from "mesh-access";
import { planStack } from "../../plan/stack.js";
import { trafficModes } from "../../settings/trafficModes.js";
import { writeStack } from "./stackFiles.js";

const cluster = { cloud: "gke", project: "example-project", region: "europe-west3", releaseChannel: "RAPID" };
const identity = "spiffe://example-project.svc.id.goog/ns/shop/sa/";
const database = (name: string, more: object = {}) => ({
  name,
  host: `${name}.db.example.com`,
  protocol: "mysql",
  clients: [{ namespace: "shop", serviceAccounts: [name] }],
  ...more,
});
const stack = (databases: object[], mesh: object = { kind: "cloud-service-mesh" }) => ({
  cluster,
  mesh,
  namespaces: [{ name: "shop" }],
  databases,
  workloads: [{ kind: "deployment", name: "orders", namespace: "shop", image: "alpine:3.22", runAsUser: 1000 }],
});

interface Server {
  hosts: string[];
  tls?: { subjectAltNames?: string[] };
}
interface Rule {
  from?: { source: { principals?: string[] } }[];
  when?: { key: string; values: string[] }[];
}

const specs = <T>(objects: readonly KubernetesObject[], kind: string) =>
  objects.filter((each) => each.kind === kind).map(({ spec }) => spec as T);

describe("A database on Cloud Service Mesh", () => {
  const modes = Object.entries(trafficModes).flatMap(([name, { throughGateway, identity: known }]) =>
    throughGateway && known && !name.startsWith("tls-wildcard") ? [name] : [],
  );

  for (const trafficMode of modes)
    it(`is refused to others twice, by the handshake and by a policy with the same identities: ${trafficMode}`, async () => {
      const protocol = trafficMode.startsWith("tls-") ? { protocol: "mongo" } : {};
      const { analysis } = await planStack(
        writeStack(stack([database("orders", { trafficMode, ...protocol }), database("stock")])),
      );
      const servers = specs<{ servers: Server[] }>(analysis.objects, "Gateway").flatMap((each) => each.servers);
      const rules = specs<{ rules?: Rule[] }>(analysis.objects, "AuthorizationPolicy").flatMap(
        ({ rules = [] }) => rules,
      );
      for (const name of ["orders", "stock"]) {
        const host = `${name}.db.example.com`;
        const listed = servers
          .filter(({ hosts }) => hosts.includes(`./${host}`))
          .map(({ tls }) => tls?.subjectAltNames);
        assert.deepEqual(listed, [[`${identity}${name}`]], host);
        const admitted = rules.filter(({ when = [] }) => when.some(({ values }) => values.includes(host)));
        assert.deepEqual(
          admitted.flatMap(({ from = [] }) => from.flatMap(({ source }) => source.principals ?? [])),
          [`example-project.svc.id.goog/ns/shop/sa/${name}`],
          host,
        );
      }
    });

  it("is named among the findings by all that it rests on and the mesh does not document", async () => {
    const found = async (own: Record<string, unknown>) =>
      (await planStack(writeStack(own))).analysis.findings
        .filter(({ id }) => id.startsWith("unconfirmed-"))
        .map(({ id, args }) => `${id} ${String(args["host"]).split(".")[0]}`)
        .sort();
    const all = ["identities", "locality", "sni"].flatMap((what) =>
      ["orders", "stock"].map((name) => `unconfirmed-${what} ${name}`),
    );
    assert.deepEqual(await found(stack([database("orders"), database("stock")])), all);
    const apart = [database("orders", { gatewayPort: 13306 }), database("stock", { gatewayPort: 13307 })];
    assert.deepEqual(
      await found(stack(apart)),
      all.filter((each) => !each.includes("-sni")),
    );
    assert.deepEqual(await found(stack([database("orders"), database("stock")], { kind: "istio" })), []);
  });
});
