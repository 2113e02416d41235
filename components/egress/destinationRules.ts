import type { IDestinationRule } from "@kubernetes-models/istio/networking.istio.io/v1";
import { clientNamespaces, type Endpoint, gatewayService, type Path, visibleTo } from "./endpoint.js";
import type { Manifest } from "../manifest.js";

type DestinationRule = IDestinationRule & Manifest;
type UpstreamTls = NonNullable<NonNullable<IDestinationRule["spec"]>["trafficPolicy"]>["tls"];
type Hop = { mode: "ISTIO_MUTUAL"; sni: string } | { mode: "DISABLE" };

/**
 * How clients' sidecars speak to the gateway for this endpoint, one rule in each client namespace. There, and not once
 * in the gateway's: istiod merges rules for one host only when their `exportTo` are equal, and databases on one gateway
 * have different clients (pilot/pkg/model/destination_rule.go, mergeDestinationRule).
 */
export function hopRules(path: Path, hop: Hop): DestinationRule[] {
  const { endpoint, gateway } = path;
  return clientNamespaces(endpoint).map((namespace) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: `${gateway.name}-${endpoint.name}`, namespace },
    spec: {
      host: gatewayService(path).host,
      exportTo: ["."],
      // Idle time is read from here only, not from a subset, and rules for the gateway merge: so the hop itself never
      // times out, and the rule on the database's host ends a silent connection for both hops.
      trafficPolicy: { connectionPool: { tcp: { idleTimeout: "0s" } } },
      subsets: [
        {
          name: endpoint.name,
          trafficPolicy: { tls: hop, connectionPool: hopPool(endpoint), ...passOverLostGateways },
        },
      ],
    },
  }));
}

/** How the last proxy speaks to the database itself: limits, and TLS where the gateway opens it. */
export function databaseRule(path: Path, tls?: UpstreamTls): DestinationRule {
  const { endpoint, home, gateway } = path;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: endpoint.name, namespace: home },
    spec: {
      host: endpoint.host,
      exportTo: tls ? [gateway.namespace] : visibleTo(path),
      trafficPolicy: {
        connectionPool: {
          tcp: { ...pool(endpoint).tcp, idleTimeout: endpoint.limits.idleTimeout },
        },
        ...(tls ? { tls } : {}),
      },
    },
  };
}

/** The gateway is in the cluster: what takes longer than this will not come, and the client should hear of it in time. */
const hopConnectTimeout = "2s";

function hopPool(endpoint: Endpoint) {
  return { tcp: { ...pool(endpoint).tcp, connectTimeout: hopConnectTimeout } };
}

/**
 * A gateway pod that vanishes with its node stays among the endpoints for up to a minute, and would get its share of new
 * connections until then. After one that failed it gets no more for a while, unless hardly any pod would be left.
 */
const passOverLostGateways = {
  outlierDetection: {
    splitExternalLocalOriginErrors: true,
    consecutiveLocalOriginFailures: 1,
    baseEjectionTime: "30s",
    maxEjectionPercent: 50,
    minHealthPercent: 30,
  },
  // Outlier detection would switch it on, and with it send each zone's clients to that zone's gateway pods only.
  loadBalancer: { localityLbSetting: { enabled: false } },
};

function pool({ limits }: Endpoint) {
  const { maxConnections, connectTimeout, keepalive } = limits;
  return { tcp: { maxConnections, connectTimeout, tcpKeepalive: { ...keepalive } } };
}
