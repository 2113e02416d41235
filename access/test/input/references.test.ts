import assert from "node:assert/strict";
import { checkReferences } from "../../input/references.js";
import { buildWorld } from "../../model/world.js";
import { read } from "../istio/scene.js";

const entry =
  "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop}, spec: {hosts: [db.example.com]}}";
const route = (subset: string): string =>
  `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {tcp: [{route: [{destination: {host: db.example.com, subset: ${subset}}}]}]}}`;
const rule = (host: string, subset: string): string =>
  `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: "${host}", namespace: shop}, spec: {host: "${host}", subsets: [{name: ${subset}}]}}`;

const told = (...objects: string[]): string[] =>
  checkReferences(buildWorld(read([entry, ...objects].join("\n---\n")))).map(({ text }) => text);

describe("references between objects", () => {
  it("are whole when a subset is defined for the host, or for a wildcard that covers it", () => {
    assert.deepEqual(told(route("one"), rule("db.example.com", "one")), []);
    assert.deepEqual(told(route("one"), rule("*.example.com", "one")), []);
  });

  it("are broken when the rule for the host itself lacks the subset, whatever a wider one says", () => {
    const [text = "", ...others] = told(route("one"), rule("*.example.com", "one"), rule("db.example.com", "two"));
    assert.match(text, /sends to subset one of db\.example\.com, which no DestinationRule defines/);
    assert.deepEqual(others, []);
  });

  it("are broken when a host, a gateway or a gateway's workload is not there", () => {
    const lost = rule("nowhere.example.com", "one");
    const gateway =
      "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: shop}, spec: {selector: {istio: none}}}";
    const mesh = route("one").replace("spec: {", "spec: {gateways: [mesh, gone], ");
    const texts = told(lost, gateway, mesh, rule("db.example.com", "one")).join("\n");
    assert.match(texts, /is about nowhere\.example\.com, which no Service and no ServiceEntry declares/);
    assert.match(texts, /names Gateway gone, which is not there/);
    assert.match(texts, /selects pods with istio=none, and no workload of the input has them/);
  });
});
