import assert from "node:assert/strict";
import pc from "picocolors";
import { parseManifests } from "../../input/parse.js";
import { analyse } from "../../analyse.js";
import { accessJson } from "../../output/json.js";
import { accessMarkdown } from "../../output/markdown.js";
import { pairsCsv } from "../../output/pairs.js";
import { sarif } from "../../output/sarif.js";
import { accessTable } from "../../output/table.js";
import { about } from "../output/about.js";
import { analysed, checkGrid, closed, deployment, entry } from "./grid.js";

const tcp = "{number: 6000, name: tcp-db, protocol: TCP}";
const db = entry("istio-system", "db.example.net", tcp);
const other = entry("istio-system", "other.example.net", "{number: 6001, name: tcp-db, protocol: TCP}");
const object = (apiVersion: string, kind: string, place: string, spec: string) =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: odd, namespace: ${place}}, spec: ${spec}}\n---\n`;

const web = "front/web db.example.net:6000";
const job = "back/job db.example.net:6000";

describe("objects of kinds that are not modelled", () => {
  checkGrid([
    {
      title: "an egress policy of Alibaba Cloud, which names a host that nothing else declares",
      yaml: object(
        "istio.alibabacloud.com/v1",
        "ASMEgressTrafficPolicy",
        "back",
        "{egressRules: [{from: [{namespace: front}], to: [{name: x, hosts: [new.example.net], port: {number: 5000, protocol: TCP}}]}]}",
      ),
      options: closed,
      reach: { "front/web new.example.net:5000": "unknown", "back/job new.example.net:5000": "unknown" },
      because: { "front/web new.example.net:5000": ["ASMEgressTrafficPolicy back/odd kind-may-change-path"] },
      findings: ["object-not-modelled"],
    },
    {
      title: "a kind that names hosts: others stay as they are",
      yaml: db + other + object("networking.istio.io/v9", "Detour", "back", "{rules: [{hosts: [db.example.net]}]}"),
      options: closed,
      reach: { [web]: "unknown", [job]: "unknown", "front/web other.example.net:6001": "direct" },
    },
    {
      title: "a kind that targets an object by reference",
      yaml:
        db +
        other +
        object(
          "gateway.networking.k8s.io/v1",
          "BackendTLSPolicy",
          "istio-system",
          "{targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: db}]}",
        ),
      options: closed,
      reach: { [web]: "unknown", "front/web other.example.net:6001": "direct" },
    },
    {
      title: "a kind that selects workloads of its namespace",
      yaml:
        db +
        deployment("front", "rest", "labels: {app: rest}") +
        object("istio.alibabacloud.com/v1", "ASMLimit", "front", "{workloadSelector: {labels: {app: web}}}"),
      options: closed,
      reach: { [web]: "unknown", [job]: "direct", "front/rest db.example.net:6000": "direct" },
    },
    {
      title: "a kind of a namespace that names nothing",
      yaml: db + object("istio.alibabacloud.com/v1", "ASMThing", "front", "{}"),
      options: closed,
      reach: { [web]: "unknown", [job]: "direct" },
    },
    {
      title: "a kind of the root namespace that names nothing",
      yaml: db + object("maistra.io/v2", "ServiceMeshControlPlane", "istio-system", "{}"),
      options: closed,
      reach: { [web]: "unknown", [job]: "unknown" },
    },
    {
      title: "kinds that change no path of TCP",
      yaml:
        db +
        object("telemetry.istio.io/v1", "Telemetry", "istio-system", "{}") +
        object("security.istio.io/v1", "RequestAuthentication", "front", "{}"),
      options: closed,
      reach: { [web]: "direct" },
    },
    {
      title: "a filter of a proxy's own for connections, and one for requests",
      yaml:
        db +
        object("extensions.istio.io/v1alpha1", "TrafficExtension", "front", "{wasm: {url: x, type: NETWORK}}") +
        object("extensions.istio.io/v1alpha1", "TrafficExtension", "back", "{lua: {inlineCode: x}}"),
      options: closed,
      reach: { [web]: "unknown", [job]: "direct" },
    },
  ]);

  it("name themselves in every format", () => {
    const yaml = db + object("networking.istio.io/v9", "Detour", "back", "{hosts: [db.example.net]}");
    const analysis = analysed({ yaml, options: closed });
    const named = /Detour back\/odd is of a kind that the analysis does not model/;
    assert.match(accessTable(analysis, pc.createColors(false)), named);
    assert.match([...accessJson(analysis, about)].join(""), named);
    assert.match(accessMarkdown(analysis, about), named);
    assert.match(
      JSON.stringify(sarif([], analysis, about, { sourceOf: () => undefined, assertionSource: () => undefined })),
      named,
    );
    assert.match([...pairsCsv(analysis)].join(""), /front,web,.*unknown.*object-not-modelled/);
  });

  it("are read from a file among others", () => {
    const { objects, ignored } = parseManifests(object("networking.istio.io/v9", "Detour", "back", "{}"), "f.yaml");
    assert.deepEqual([objects.length, ignored.size], [1, 0]);
    assert.equal(analyse(objects).findings[0]?.id, "object-not-modelled");
  });
});
