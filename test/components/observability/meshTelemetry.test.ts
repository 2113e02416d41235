import assert from "node:assert/strict";
import type { ITelemetry } from "@kubernetes-models/istio/telemetry.istio.io/v1";
import { istioFacts } from "../../../components/mesh/meshFacts.js";
import {
  meshTelemetryManifests,
  traceCollectorOf,
  type MeshTelemetryArgs,
} from "../../../components/observability/meshTelemetry.js";
import { assertFollowsSchema } from "../crdSchemas.js";

const mesh = { rootNamespace: "istio-system" };

function telemetry(args: Omit<MeshTelemetryArgs, "mesh"> & { mesh?: MeshTelemetryArgs["mesh"] }): ITelemetry {
  const manifests = meshTelemetryManifests({ mesh, ...args });
  manifests.forEach(assertFollowsSchema);
  return manifests[0] as ITelemetry;
}

describe("MeshTelemetry", () => {
  it("logs every connection of the mesh unless set otherwise", () => {
    const { metadata, spec } = telemetry({});
    assert.equal(metadata?.namespace, "istio-system");
    assert.deepEqual(spec, { accessLogging: [{ providers: [{ name: "envoy" }] }] });
  });

  it("logs what a filter lets through, or nothing", () => {
    const filter = "response.code >= 400";
    assert.deepEqual(telemetry({ accessLogs: { filter } }).spec?.accessLogging?.[0]?.filter, { expression: filter });
    assert.equal(telemetry({ accessLogs: { enabled: false } }).spec?.accessLogging?.[0]?.disabled, true);
  });

  it("sends traces to the collector the mesh brings", () => {
    const { spec } = telemetry({
      mesh: { ...mesh, tracingProvider: "otel" },
      tracing: { enabled: true, samplingPercent: 5 },
    });
    assert.deepEqual(spec?.tracing, [{ providers: [{ name: "otel" }], randomSamplingPercentage: 5 }]);
  });

  it("knows the collector's pods by its Service's name, for network policy to let traces there", () => {
    const facts = (service: string) =>
      istioFacts({
        ...mesh,
        namespace: "istio-system",
        trustDomain: "",
        dnsCapture: true,
        tracing: { service, port: 4317 },
      });
    const inside = facts("otel.observability.svc.cluster.local");
    const tracing = { enabled: true };
    const pods = { namespace: "observability", ports: [4317] };
    assert.deepEqual(traceCollectorOf({ mesh: inside, tracing }), pods);
    assert.equal(traceCollectorOf({ mesh: facts("otel.example.com"), tracing }), undefined);
    assert.equal(traceCollectorOf({ mesh: inside, tracing: { ...tracing, provider: "another" } }), undefined);
    assert.equal(traceCollectorOf({ mesh: inside }), undefined);
  });

  it("refuses tracing that would send nowhere", () => {
    assert.throws(
      () => telemetry({ tracing: { enabled: true } }),
      /observability\.tracing\.provider is missing|provider: is missing/,
    );
  });
});
