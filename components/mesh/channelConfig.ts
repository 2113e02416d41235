import type { Manifest } from "../manifest.js";

/** The managed control plane reads its options from a ConfigMap named after the channel, as JSON in one key. */
export function channelConfig(args: {
  channel: string;
  outboundTrafficPolicy: string;
  dnsCapture: boolean;
  accessLog: boolean;
}): Manifest & { data: { mesh: string } } {
  const mesh = {
    outboundTrafficPolicy: { mode: args.outboundTrafficPolicy },
    ...(args.accessLog ? { accessLogFile: "/dev/stdout", accessLogEncoding: "JSON" } : {}),
    defaultConfig: {
      // An application that starts before its proxy would find its database unreachable and may give up.
      holdApplicationUntilProxyStarts: true,
      ...(args.dnsCapture ? { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } } : {}),
    },
  };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `istio-asm-${args.channel}`, namespace: "istio-system" },
    data: { mesh: JSON.stringify(mesh) },
  };
}
