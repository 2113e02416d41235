import type * as pulumi from "@pulumi/pulumi";
import type { ITelemetry } from "@kubernetes-models/istio/telemetry.istio.io/v1";
import { SettingsError } from "../../settings/problem.js";
import type { Gateway } from "../gateway/gateway.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import type { MeshFacts, TraceCollector } from "../mesh/mesh.js";

export interface MeshTelemetryArgs {
  /** Mesh whose proxies shall tell of their traffic. */
  mesh: Pick<MeshFacts, "rootNamespace" | "tracingProvider" | "traceCollector">;
  /** Egress gateway whose proxies it is limited to. @default every proxy of the mesh */
  gateway?: Pick<Gateway, "name" | "namespace" | "selector">;
  /** Access logs. @default every connection */
  accessLogs?: {
    /** Log at all. @default true */
    enabled?: boolean;
    /** CEL expression of what is logged. @default everything */
    filter?: string;
  };
  /** Tracing. @default off */
  tracing?: {
    /** Send traces. @default false */
    enabled?: boolean;
    /** Share of requests that are traced, in percent, whatever trace a caller brings. @default 1 */
    samplingPercent?: number;
    /** Extension provider of the mesh config that takes them. @default the one the mesh brings */
    provider?: string;
  };
}

type Spec = NonNullable<ITelemetry["spec"]>;

/** The provider every mesh has: the proxy's own standard output. */
const standardOutput = [{ name: "envoy" }];

function accessLogging({
  enabled = true,
  filter,
}: NonNullable<MeshTelemetryArgs["accessLogs"]>): Spec["accessLogging"] {
  if (!enabled) return [{ providers: standardOutput, disabled: true }];
  return [{ providers: standardOutput, ...(filter ? { filter: { expression: filter } } : {}) }];
}

function tracing(args: MeshTelemetryArgs): Spec["tracing"] {
  const { enabled = false, samplingPercent = 1, provider = args.mesh.tracingProvider } = args.tracing ?? {};
  if (!enabled) return undefined;
  if (!provider)
    throw new SettingsError([
      {
        path: "observability.tracing.provider",
        reason: "is missing, and the mesh brings none: a trace without a collector goes nowhere",
        instead: "Name an extension provider of the mesh config, or give the mesh a collector",
      },
    ]);
  return [{ providers: [{ name: provider }], randomSamplingPercentage: samplingPercent }];
}

/** The pods that proxies send traces to; undefined where they send none, or to a provider that is not the mesh's own. */
export function traceCollectorOf({ mesh, tracing = {} }: MeshTelemetryArgs): TraceCollector | undefined {
  const { enabled = false, provider = mesh.tracingProvider } = tracing;
  return enabled && provider === mesh.tracingProvider ? mesh.traceCollector : undefined;
}

/**
 * One Telemetry: for the whole mesh in the root namespace, where of two without a selector the mesh would read the older, or
 * for one gateway beside it.
 */
export function meshTelemetryManifests(args: MeshTelemetryArgs): Manifest[] {
  const traces = tracing(args);
  const { gateway } = args;
  const telemetry: ITelemetry & Manifest = {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: gateway
      ? { name: `${gateway.name}-telemetry`, namespace: gateway.namespace }
      : { name: "mesh-telemetry", namespace: args.mesh.rootNamespace },
    spec: {
      ...(gateway ? { selector: { matchLabels: gateway.selector } } : {}),
      accessLogging: accessLogging(args.accessLogs ?? {}),
      ...(traces ? { tracing: traces } : {}),
    },
  };
  return [telemetry];
}

/** Access logs and tracing, for every proxy of the mesh or for an egress gateway. */
export class MeshTelemetry extends ManifestComponent {
  constructor(name: string, args: MeshTelemetryArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("MeshTelemetry"), name, meshTelemetryManifests(args), {}, opts);
    this.registerOutputs({});
  }
}
