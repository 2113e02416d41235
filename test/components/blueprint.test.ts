import assert from "node:assert/strict";
import fc from "fast-check";
import { blueprintOf } from "../../components/blueprint.js";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import { safestMode } from "../../settings/trafficModes.js";
import { database, smallStack } from "../plan/stackFiles.js";

const manifestsFrom = (own: Record<string, unknown>) => blueprintOf(loadSettings(own)).manifests;

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4}){0,2}$/);
const databases = fc.uniqueArray(
  fc.record({
    name,
    namespace: fc.constantFrom("shop", "billing"),
    protocol: fc.constantFrom("mysql" as const, "postgres" as const, "mongo" as const, "tls" as const),
  }),
  { selector: (each) => each.name, maxLength: 6 },
);

describe("A blueprint", () => {
  it("writes no object twice, whatever the databases are called", () => {
    fc.assert(
      fc.property(databases, (chosen) => {
        const manifests = manifestsFrom({
          ...smallStack,
          databases: chosen.map((each) => ({
            ...database(each.name, each.namespace),
            protocol: each.protocol,
            trafficMode: safestMode(each.protocol),
          })),
        });
        const identities = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`);
        assert.equal(new Set(identities).size, identities.length);
      }),
      { numRuns: 40 },
    );
  });

  it("opens the mesh's collector to the isolated namespaces, once traces are sent", () => {
    const mesh = { kind: "istio", tracing: { service: "otel.observability.svc.cluster.local" } };
    const opened = (more: object) =>
      manifestsFrom({ ...smallStack, mesh, ...more }).filter(({ metadata }) =>
        metadata.name.startsWith("flow-traces-"),
      );
    assert.deepEqual(opened({}), []);
    const tracing = { enabled: true };
    assert.deepEqual(
      opened({ observability: { tracing } }).map(({ metadata }) => metadata.namespace),
      ["shop", "billing"],
    );
    assert.deepEqual(opened({ observability: { tracing: { ...tracing, provider: "another" } } }), []);
  });

  it("refuses names that would make one object of two", () => {
    assert.throws(
      () =>
        manifestsFrom({
          ...smallStack,
          gateway: { callersPolicy: "perDatabase" },
          databases: [database("allow-nothing")],
        }),
      (error) =>
        error instanceof SettingsError &&
        /AuthorizationPolicy istio-egress\/egressgateway-allow-nothing/.test(error.message),
    );
  });

  it("is equal for equal settings", () => {
    assert.deepEqual(manifestsFrom(smallStack), manifestsFrom(structuredClone(smallStack)));
  });

  it("writes no NetworkPolicy where isolation is off, for one alone would deny its pods everything else", () => {
    const databases = [database("orders"), { ...database("stock"), gatewayPort: 15500 }];
    const open = manifestsFrom({ ...smallStack, databases, network: { isolation: { enabled: false } } });
    assert.deepEqual(
      open.filter(({ kind }) => kind === "NetworkPolicy"),
      [],
    );
  });

  it("lets the gateway's pods out to the databases' ports only", () => {
    const policies = manifestsFrom(smallStack).filter(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.namespace === "istio-egress",
    ) as unknown as { spec: { policyTypes: string[]; egress?: { ports?: { port: number }[] }[] } }[];
    const ports = policies.flatMap(({ spec }) =>
      (spec.egress ?? []).flatMap((rule) => rule.ports?.map(({ port }) => port) ?? []),
    );
    assert.deepEqual([...new Set(ports)].sort(), [15012, 3306, 53]);
    assert.ok(
      policies.some(({ spec }) => spec.policyTypes.length === 2 && !spec.egress),
      "default deny",
    );
  });
});
