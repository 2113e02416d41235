import { said } from "../said.js";
import assert from "node:assert/strict";
import { read, recipe, rowOf } from "./scene.js";

const database = "rm-1.mysql.rds.example.com";
const client = "demo-server/k8s-mysql";

const route = (parent: string) =>
  read(`
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: elsewhere, namespace: demo-server }
spec:
  parentRefs: [${parent}]
`);

describe("A route of the Gateway API", () => {
  it("makes the host it is bound to unknown, and never blocked", () => {
    const parent = "{ group: networking.istio.io, kind: ServiceEntry, name: demo-server-rds }";
    const { mesh } = rowOf([...recipe("rds"), ...route(parent)], client, database);
    assert.equal(mesh.verdict, "unknown");
    assert.match(said(mesh.because[0]), /Gateway API are not modelled/);
  });

  it("changes nothing for other hosts", () => {
    const parent = "{ group: networking.istio.io, kind: ServiceEntry, name: another }";
    assert.notEqual(rowOf([...recipe("rds"), ...route(parent)], client, database).mesh.verdict, "unknown");
  });
});
