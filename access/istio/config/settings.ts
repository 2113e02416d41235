import { message } from "../../messages/index.js";
import type { AnalysisOptions, Evidence, MeshKind, Workload } from "../../model/model.js";
import { rootOf, type ControlPlane } from "../controlPlane/controlPlanes.js";
import type { Setting } from "../controlPlane/proxyConfigs.js";

/** The mesh-wide settings that decide paths, and the evidence for the outbound policy. */
export interface MeshSettings {
  kind: MeshKind;
  outboundMode: string;
  outboundEvidence: Evidence;
  rootNamespace: string;
  trustDomain: string;
  trustDomainAliases: readonly string[];
  dnsCapture: boolean;
  /** Proxies use the addresses that are allocated to ServiceEntries without one, where they answer DNS. */
  autoAllocate: boolean;
  autoMtls: boolean;
  clusterDomain: string;
  /** Gateways apply to pods of their own namespace only; the evidence where a variable of istiod says so. */
  scopeGateways: boolean;
  scopeEvidence?: Evidence;
  /** Of a host that several namespaces declare, a route leads to the Kubernetes Service, else the oldest; else to the first by namespace. */
  picksBestNamespace: boolean;
  serviceExportTo: ReadonlySet<string>;
  virtualServiceExportTo: ReadonlySet<string>;
  destinationRuleExportTo: ReadonlySet<string>;
}

const everywhere = ["*"];

/** Defaults of Istio, then what configures the control plane, then what the caller says. */
export function meshSettings(plane: ControlPlane, options: AnalysisOptions): MeshSettings {
  const said = options.mesh ?? {};
  const { config } = plane;
  const mode = said.outboundTrafficPolicy ?? config.outboundTrafficPolicy?.mode ?? "ALLOW_ANY";
  const metadata = config.defaultConfig?.proxyMetadata;
  const scope = plane.environment.get("PILOT_SCOPE_GATEWAY_TO_NAMESPACE");
  return {
    kind: plane.kind,
    outboundMode: mode,
    outboundEvidence: outboundEvidence(mode, said.outboundTrafficPolicy === undefined ? plane : undefined),
    rootNamespace: said.rootNamespace ?? rootOf(plane),
    trustDomain: said.trustDomain ?? config.trustDomain ?? "cluster.local",
    trustDomainAliases: said.trustDomainAliases ?? config.trustDomainAliases ?? [],
    dnsCapture: said.dnsCapture ?? isTrue(metadata?.ISTIO_META_DNS_CAPTURE),
    autoAllocate:
      said.autoAllocate ??
      (isSet(plane, "PILOT_ENABLE_IP_AUTOALLOCATE", 25) || isTrue(metadata?.ISTIO_META_DNS_AUTO_ALLOCATE)),
    autoMtls: config.enableAutoMtls ?? true,
    clusterDomain: said.clusterDomain ?? plane.clusterDomain ?? "cluster.local",
    scopeGateways: said.scopeGatewayToNamespace ?? isTrue(scope?.value),
    ...(scope ? { scopeEvidence: { ...scope.place, ...message("gateways-scoped") } } : {}),
    picksBestNamespace: isSet(plane, "PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE", 30),
    serviceExportTo: new Set(said.defaultServiceExportTo ?? config.defaultServiceExportTo ?? everywhere),
    virtualServiceExportTo: new Set(
      said.defaultVirtualServiceExportTo ?? config.defaultVirtualServiceExportTo ?? everywhere,
    ),
    destinationRuleExportTo: new Set(
      said.defaultDestinationRuleExportTo ?? config.defaultDestinationRuleExportTo ?? everywhere,
    ),
  };
}

/** Whether a variable of istiod is on: as it is set, else as Istio 1.`since` was the first to have it. */
function isSet({ environment, version }: ControlPlane, name: string, since: number): boolean {
  const said = environment.get(name)?.value;
  if (said !== undefined) return isTrue(said);
  const [major, minor] = version ?? [1, since];
  return major > 1 || minor >= since;
}

function outboundEvidence(mode: string, plane: ControlPlane | undefined): Evidence {
  const place = plane?.configPlace ?? {
    kind: "MeshConfig",
    namespace: "",
    name: "mesh",
    field: "outboundTrafficPolicy.mode",
  };
  return { ...place, ...(mode === "REGISTRY_ONLY" ? message("registry-only") : message("outbound-mode", { mode })) };
}

/** Manifests may hold a boolean where Istio wants text. */
function isTrue(value: unknown): boolean {
  return value === true || value === "true" || value === "1";
}

/** Whether a workload's sidecar answers DNS: its own proxy settings win over the mesh's. */
export function capturesDns({ dns }: Pick<Workload, "dns">, settings: MeshSettings): boolean {
  return ofProxy(dns.capture, settings.dnsCapture);
}

/** Whether a workload's sidecar listens at the addresses that are allocated to ServiceEntries without one. */
export function usesAllocated(workload: Pick<Workload, "dns">, settings: MeshSettings): boolean {
  const allocated = settings.autoAllocate || ofProxy(workload.dns.autoAllocate, false);
  return allocated && capturesDns(workload, settings);
}

function ofProxy(own: Setting | undefined, meshWide: boolean): boolean {
  return own === undefined ? meshWide : isTrue(String(own.value));
}
