const networking = "networking.istio.io/v1";

/** A namespace whose team may write what it likes in it, and nowhere else. */
export const otherTeam = "other-team";

export function serviceEntry(namespace: string, host: string, exportTo?: string[]): object {
  const spec = {
    hosts: [host],
    ...(exportTo ? { exportTo } : {}),
    location: "MESH_EXTERNAL",
    resolution: "STATIC",
    ports: [{ number: 3306, name: "tcp", protocol: "TCP" }],
    endpoints: [{ address: "192.0.2.1" }],
  };
  return { apiVersion: networking, kind: "ServiceEntry", metadata: { name: "trap", namespace }, spec };
}

export function virtualService(namespace: string, host: string, more: object = {}): object {
  const route = [{ destination: { host: "trap.example.com", port: { number: 3306 } } }];
  const spec = { hosts: [host], tcp: [{ route }], ...more };
  return { apiVersion: networking, kind: "VirtualService", metadata: { name: "trap", namespace }, spec };
}

export function gateway(selector: Record<string, string> | undefined): object {
  const port = { number: 15443, name: "tls", protocol: "TLS" };
  const servers = [{ port, hosts: ["*"], tls: { mode: "ISTIO_MUTUAL" } }];
  const metadata = { name: "open", namespace: otherTeam };
  return { apiVersion: networking, kind: "Gateway", metadata, spec: { ...(selector ? { selector } : {}), servers } };
}

/** A pod that nobody waits for. */
export function pod(namespace: string, spec: object, annotations: Record<string, string> = {}): object {
  const metadata = { name: "attacker", namespace, annotations };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { containers: [{ name: "shell", image: "alpine:3.22", command: ["sleep", "infinity"] }], ...spec },
  };
}

export const container = (more: object): object => ({
  containers: [{ name: "shell", image: "alpine:3.22", command: ["sleep", "infinity"], ...more }],
});
