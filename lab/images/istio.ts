import { readYaml, writeYaml } from "mesh-access/yaml";
import type { Servers } from "../servers/servers.js";
import type { Image } from "./image.js";

/** The user and group Istio's images run as. */
const istioUser = 1337;

/** The filters these settings leave out are Istio's own; the lab's Envoy is the upstream one and would refuse them. */
const withoutIstioFilters = "the lab's Envoy is upstream's, without Istio's own filters";

/** istiod. */
export function istiod({ programs }: Servers): Image {
  return {
    runs: "pilot-discovery, built from Istio's source",
    entrypoint: ["/usr/local/bin/pilot-discovery"],
    arguments: [],
    user: istioUser,
    files: [{ path: "/usr/local/bin/pilot-discovery", from: programs["pilot-discovery"] }],
    overrides: [
      { variable: "PILOT_ENABLE_METADATA_EXCHANGE", value: "false", because: withoutIstioFilters },
      { variable: "PILOT_ENABLE_ALPN_FILTER", value: "false", because: withoutIstioFilters },
      {
        file: "/etc/istio/config/mesh",
        configMap: ({ REVISION: revision }) => (!revision || revision === "default" ? "istio" : `istio-${revision}`),
        change: "defaultProviders.metrics: []",
        rewrite: withoutMetricsProvider,
        because: withoutIstioFilters,
      },
    ],
  };
}

/** Sidecar, gateway and the redirection that goes before a sidecar. */
export function proxy({ programs, envoyBootstrap }: Servers): Image {
  return {
    runs: "pilot-agent, built from Istio's source, and upstream Envoy",
    entrypoint: ["/usr/local/bin/pilot-agent"],
    arguments: [],
    user: istioUser,
    files: [
      { path: "/usr/local/bin/pilot-agent", from: programs["pilot-agent"] },
      { path: "/usr/local/bin/envoy", from: programs.envoy },
      { path: "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json", from: envoyBootstrap },
    ],
  };
}

function withoutMetricsProvider(meshConfig: string): string {
  const config = readYaml(meshConfig).value as { defaultProviders?: object } | undefined;
  return writeYaml({ ...config, defaultProviders: { ...config?.defaultProviders, metrics: [] } });
}
