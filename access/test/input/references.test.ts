import assert from "node:assert/strict";
import { checkReferences } from "../../input/references.js";
import { buildWorld } from "../../model/world.js";
import { read } from "../istio/meshScene.js";

const entry =
  "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop}, spec: {hosts: [db.example.com]}}";
const route = (subset: string): string =>
  `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {tcp: [{route: [{destination: {host: db.example.com, subset: ${subset}}}]}]}}`;
const rule = (host: string, subset: string): string =>
  `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: "${host}", namespace: shop}, spec: {host: "${host}", subsets: [{name: ${subset}}]}}`;

const problems = (...objects: string[]) => checkReferences(buildWorld(read([entry, ...objects].join("\n---\n"))));
const found = (...objects: string[]): string[] => problems(...objects).map(({ id }) => id);

describe("references between objects", () => {
  it("are whole when a subset is defined for the host, or for a wildcard that covers it", () => {
    assert.deepEqual(found(route("one"), rule("db.example.com", "one")), []);
    assert.deepEqual(found(route("one"), rule("*.example.com", "one")), []);
  });

  it("are broken when the rule for the host itself lacks the subset, whatever a wider one says", () => {
    const [missing, ...others] = problems(route("one"), rule("*.example.com", "one"), rule("db.example.com", "two"));
    assert.equal(missing?.id, "subset-not-found");
    assert.deepEqual(missing.args, { object: "VirtualService shop/v", host: "db.example.com", subset: "one" });
    assert.deepEqual(others, []);
  });

  it("are broken when a host, a gateway or a gateway's workload is not there", () => {
    const lost = rule("nowhere.example.com", "one");
    const gateway =
      "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: shop}, spec: {selector: {istio: none}}}";
    const mesh = route("one").replace("spec: {", "spec: {gateways: [mesh, gone], ");
    assert.deepEqual(found(lost, gateway, mesh, rule("db.example.com", "one")), [
      "gateway-not-found",
      "rule-host-not-found",
      "gateway-selects-nothing",
    ]);
  });
});
