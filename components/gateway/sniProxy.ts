import { createHash } from "node:crypto";
import type { IConfigMap, IContainer, IVolume } from "kubernetes-models/v1";
import type { Manifest } from "../manifest.js";
import type { Forwarder } from "../egress/forwarder.js";
import type { Gateway } from "./gateway.js";

/** NGINX beside the gateway's Envoy: reads the inner SNI of a wildcard group and connects to the host it names. */
export interface SniProxy {
  container: IContainer;
  volumes: IVolume[];
  configMap: IConfigMap & Manifest;
  /** Changes with the configuration, so that pods are replaced when it does. */
  checksum: string;
}

/** Runs as nobody in particular; NGINX's own image has this user. */
const nginxUser = 101;

export function sniProxy(gateway: Gateway, forwarders: Forwarder[], image: string): SniProxy {
  const name = `${gateway.name}-sni-proxy`;
  const conf = configuration([...forwarders].sort((a, b) => a.port - b.port));
  return {
    configMap: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: gateway.namespace },
      data: { "nginx.conf.template": conf },
    },
    checksum: createHash("sha256").update(conf).digest("hex").slice(0, 16),
    volumes: [
      { name: "sni-proxy-config", configMap: { name } },
      { name: "sni-proxy-run", emptyDir: {} },
    ],
    container: {
      name: "sni-proxy",
      image,
      // NGINX needs the address of a resolver, which only the pod knows.
      command: ["/bin/sh", "-c"],
      args: [
        "resolver=$(awk '/^nameserver/ { print $2; exit }' /etc/resolv.conf) && " +
          'sed "s/@RESOLVER@/$resolver/" /etc/sni-proxy/nginx.conf.template >/run/sni-proxy/nginx.conf && ' +
          'exec nginx -c /run/sni-proxy/nginx.conf -g "daemon off;"',
      ],
      resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
      volumeMounts: [
        { name: "sni-proxy-config", mountPath: "/etc/sni-proxy", readOnly: true },
        { name: "sni-proxy-run", mountPath: "/run/sni-proxy" },
      ],
      securityContext: {
        runAsUser: nginxUser,
        runAsGroup: nginxUser,
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      },
    },
  };
}

/** One server per group. A name outside the group maps to nothing, and the connection is closed. */
function configuration(forwarders: Forwarder[]): string {
  return [
    "pid /run/sni-proxy/nginx.pid;",
    "error_log /dev/stderr warn;",
    "events {}",
    "stream {",
    "  resolver @RESOLVER@ ipv6=off valid=30s;",
    "  log_format sni '$time_iso8601 $ssl_preread_server_name $upstream_addr $status $bytes_sent $bytes_received $session_time';",
    "  access_log /dev/stdout sni;",
    "  map_hash_bucket_size 256;",
    ...forwarders.flatMap(({ group, port, onwardPort }) => [
      `  map $ssl_preread_server_name $upstream_${port} {`,
      "    hostnames;",
      `    ${group} $ssl_preread_server_name:${onwardPort};`,
      "  }",
      "  server {",
      `    listen 127.0.0.1:${port};`,
      "    ssl_preread on;",
      `    proxy_pass $upstream_${port};`,
      "    proxy_socket_keepalive on;",
      "  }",
    ]),
    "}",
    "",
  ].join("\n");
}
