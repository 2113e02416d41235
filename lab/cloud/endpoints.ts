/** Ways to an API server: an address of the lab host, a port, and where it is dialled by name, that name. */
interface Endpoint {
  address: string;
  port: number;
}

const benchmarking = (last: number) => `198.18.0.${last}`; // RFC 2544: no cluster has it

export const endpoints = {
  gkeDns: { address: benchmarking(10), port: 443, host: (region: string) => `gke-lab.${region}.gke.goog` },
  gkePublic: { address: benchmarking(11), port: 443 },
  gkePrivate: { address: "172.16.0.2", port: 443 },
  ackPublic: {
    address: benchmarking(12),
    port: 6443,
    host: (region: string) => `nlb-lab.${region}.nlb.aliyuncsslb.com`,
  },
  ackPrivate: { address: "10.0.0.250", port: 6443 },
  asmPublic: { address: benchmarking(13), port: 6443 },
  asmPrivate: { address: "10.0.0.251", port: 6443 },
} as const satisfies Record<string, Endpoint & { host?: (region: string) => string }>;

export type EndpointName = keyof typeof endpoints;

/** Regions of the stacks that are deployed. */
export const regions = { google: ["europe-west3"], alibaba: ["cn-hangzhou"] };

/** Names by which endpoints are dialled, with their addresses. */
export const endpointNames: Record<string, string> = Object.fromEntries([
  ...regions.google.map((region) => [endpoints.gkeDns.host(region), endpoints.gkeDns.address]),
  ...regions.alibaba.map((region) => [endpoints.ackPublic.host(region), endpoints.ackPublic.address]),
]);

/** What the certificate of an API server holds, so that every endpoint of it is believed. */
export function hostsOf(which: "cluster" | "mesh"): string[] {
  const own = Object.entries(endpoints).filter(([name]) => name.startsWith("asm") === (which === "mesh"));
  const addresses = own.map(([, { address }]) => address);
  const names = Object.entries(endpointNames).filter(([, address]) => addresses.includes(address));
  return [...addresses, ...names.map(([name]) => name)];
}

export const urlOf = ({ address, port }: Endpoint, host: string = address): string =>
  `https://${host}${port === 443 ? "" : `:${port}`}`;
