import { wording } from "../../messages/index.js";
import jsYaml from "js-yaml";
import type { AnalysisOptions, Evidence, MeshKind, World } from "../../model/model.js";
import { managedConfigMap, managedConfigMaps } from "./managed.js";

/** The mesh-wide settings that decide paths, and the evidence for the outbound policy. */
export interface MeshSettings {
  kind: MeshKind;
  outboundMode: string;
  outboundEvidence: Evidence;
  rootNamespace: string;
  trustDomain: string;
  trustDomainAliases: readonly string[];
  dnsCapture: boolean;
  autoAllocate: boolean;
  autoMtls: boolean;
  clusterDomain: string;
  scopeGatewayToNamespace: boolean;
  serviceExportTo: ReadonlySet<string>;
  virtualServiceExportTo: ReadonlySet<string>;
  destinationRuleExportTo: ReadonlySet<string>;
}

/** The part of Istio's MeshConfig that is read. */
interface MeshConfig {
  outboundTrafficPolicy?: { mode?: string };
  rootNamespace?: string;
  trustDomain?: string;
  trustDomainAliases?: string[];
  enableAutoMtls?: boolean;
  defaultConfig?: { proxyMetadata?: Record<string, string> };
  defaultServiceExportTo?: string[];
  defaultVirtualServiceExportTo?: string[];
  defaultDestinationRuleExportTo?: string[];
}

const everywhere = ["*"];

/** Defaults of Istio, then the mesh configuration of the input, then what the caller says. */
export function meshSettings(world: World, options: AnalysisOptions): MeshSettings {
  const said = options.mesh ?? {};
  const kind = said.kind ?? kindOf(world);
  const { config, evidence } = configMap(world, kind, said.rootNamespace ?? "istio-system");
  const mode = said.outboundTrafficPolicy ?? config.outboundTrafficPolicy?.mode ?? "ALLOW_ANY";
  return {
    kind,
    outboundMode: mode,
    outboundEvidence: outboundEvidence(mode, said.outboundTrafficPolicy === undefined ? evidence : undefined),
    rootNamespace: said.rootNamespace ?? config.rootNamespace ?? "istio-system",
    trustDomain: said.trustDomain ?? config.trustDomain ?? "cluster.local",
    trustDomainAliases: said.trustDomainAliases ?? config.trustDomainAliases ?? [],
    dnsCapture: said.dnsCapture ?? isTrue(config.defaultConfig?.proxyMetadata?.ISTIO_META_DNS_CAPTURE),
    autoAllocate: said.autoAllocate ?? true,
    autoMtls: config.enableAutoMtls ?? true,
    clusterDomain: said.clusterDomain ?? "cluster.local",
    scopeGatewayToNamespace: said.scopeGatewayToNamespace ?? false,
    serviceExportTo: new Set(said.defaultServiceExportTo ?? config.defaultServiceExportTo ?? everywhere),
    virtualServiceExportTo: new Set(
      said.defaultVirtualServiceExportTo ?? config.defaultVirtualServiceExportTo ?? everywhere,
    ),
    destinationRuleExportTo: new Set(
      said.defaultDestinationRuleExportTo ?? config.defaultDestinationRuleExportTo ?? everywhere,
    ),
  };
}

/** A cluster with the ConfigMap of one of its channels runs Cloud Service Mesh. */
function kindOf(world: World): MeshKind {
  const isManaged = world.ofKind("ConfigMap").some(({ metadata }) => managedConfigMaps.test(metadata.name));
  return isManaged ? "cloud-service-mesh" : "istio";
}

/** istiod reads its settings from the ConfigMap `istio` of its namespace, or `istio-<revision>`. */
function configMap(world: World, kind: MeshKind, namespace: string): { config: MeshConfig; evidence?: Evidence } {
  const isRead = (name: string) =>
    kind === "cloud-service-mesh" ? name === managedConfigMap : name === "istio" || name.startsWith("istio-");
  const object = world
    .inNamespace("ConfigMap", namespace)
    .filter(({ metadata }) => isRead(metadata.name))
    .find(({ data }) => typeof (data as Record<string, unknown> | undefined)?.mesh === "string");
  if (!object) return { config: {} };
  const config = readYaml((object.data as { mesh: string }).mesh) as MeshConfig | undefined;
  const evidence = { kind: "ConfigMap", namespace, name: object.metadata.name, field: "data.mesh", ...wording("") };
  return { config: config ?? {}, evidence };
}

function outboundEvidence(mode: string, origin: Evidence | undefined): Evidence {
  const place = origin ?? { kind: "MeshConfig", namespace: "", name: "mesh", field: "outboundTrafficPolicy.mode" };
  const text =
    mode === "REGISTRY_ONLY"
      ? "REGISTRY_ONLY: what no registered service matches goes nowhere"
      : `${mode}: what no registered service matches passes as it is`;
  return { ...place, ...wording(text) };
}

/** A value that is YAML within a manifest. What does not parse counts as absent, as it does for the proxy's injector. */
function readYaml(text: string): unknown {
  try {
    return jsYaml.load(text) ?? undefined;
  } catch (error) {
    if (!(error instanceof jsYaml.YAMLException)) throw error;
    return undefined;
  }
}

function isTrue(text: string | undefined): boolean {
  return text === "true";
}

/** Whether a workload's sidecar answers DNS: its own proxy settings win over the mesh's. */
export function capturesDns(annotations: Readonly<Record<string, string>>, settings: MeshSettings): boolean {
  const text = annotations["proxy.istio.io/config"];
  if (text === undefined) return settings.dnsCapture;
  const config = readYaml(text) as MeshConfig["defaultConfig"];
  const own = config?.proxyMetadata?.ISTIO_META_DNS_CAPTURE;
  return own === undefined ? settings.dnsCapture : isTrue(own);
}
