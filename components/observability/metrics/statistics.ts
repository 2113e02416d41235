/**
 * Statistics of the gateway's proxy that the rules read and Istio trims, as regular expressions over Envoy's own names.
 * What Istio keeps anyway, such as memory, draining and denials by policy, is not among them.
 *
 * Source: Istio, `ProxyConfig.proxyStatsMatcher`; Envoy, statistics of clusters, listeners and TLS.
 */
export const gatewayStatistics: readonly string[] = [
  String.raw`cluster\.outbound\|.*\.upstream_cx_(total|active|connect_fail|none_healthy|overflow)`,
  String.raw`listener\..*\.ssl\.(handshake|connection_error|fail_verify_no_cert|fail_verify_san|fail_verify_error)`,
  String.raw`listener\..*\.ssl\.certificate\..*\.expiration_unix_time_seconds`,
  String.raw`listener\..*\.no_filter_chain_match`,
];
