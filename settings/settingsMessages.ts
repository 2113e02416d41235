/**
 * What is wrong with a single value, by id: the reason, which continues the sentence that starts with the value, and what
 * to write instead. Schemas carry the id; `parse` makes a problem of it.
 */
export const refusals = {
  "kubernetes-name": {
    reason: "is not a valid Kubernetes name",
    instead: "Write lower-case letters, digits and hyphens, at most 63 characters",
  },
  "host-name": { reason: "is not a fully qualified host name", instead: "Write a name such as db.example.com" },
  "host-or-wildcard": {
    reason: "is not a host name",
    instead: "Write a full name such as db.example.com, or *.example.com in a wildcard mode",
  },
  "host-is-address": {
    reason: "is an address, and the mesh registers databases by name",
    instead:
      "Write it under addresses, and leave host out where your application dials the address: the mesh then calls the database <name>.db.internal. Where the application dials a name, write that under host",
  },
  "host-has-port": {
    reason: "holds a port",
    instead: "Write the name alone under host, and the number under port",
  },
  "host-is-url": {
    reason: "is a URL",
    instead: "Write the name alone under host, the number under port and what is spoken under protocol",
  },
  "host-is-connection-name": {
    reason: "is a Cloud SQL connection name, which only Google's connector understands",
    instead:
      "Leave host out and write the instance's private address under addresses; with port: 3307 and protocol: tls for applications that use the connector. Or write its DNS name (gcloud sql instances describe NAME --format='value(dnsName)')",
  },
  "host-is-srv-url": {
    reason: "is a URL that an SRV record completes",
    instead: "Write the name in it under srv, and leave host out",
  },
  "host-is-list": {
    reason: "names several hosts",
    instead: "Write one under host and the others under brokers, each without its port",
  },
  "host-is-connection-string": {
    reason: "is a connection string",
    instead: "Write the name alone under host, the number under port; user and password stay with the application",
  },
  "host-is-address-with-port": {
    reason: "is an address with a port",
    instead: "Write the address under addresses, the number under port, and leave host out",
  },
  "host-is-range": {
    reason: "is a range of addresses",
    instead: "Write the name that the application dials under host, and the range under ranges",
  },
  "host-is-ipv6-address": {
    reason: "is an IPv6 address, and databases are reached over IPv4",
    instead: "Write the name that the application dials, or the database's IPv4 address under addresses",
  },
  "host-is-service-record": {
    reason: "is the name of an SRV record",
    instead: "Write what follows _mongodb._tcp. under srv; of other records write a host that they name",
  },
  "host-has-space": { reason: "holds white space", instead: "Write the name without it" },
  "host-in-capitals": { reason: "has capital letters", instead: "Write it in lower case" },
  "host-ends-in-dot": { reason: "ends in a dot", instead: "Write it without the dot" },
  "host-has-underscore": {
    reason: "holds an underscore, which Kubernetes takes in no host name",
    instead: "Write a name without one that resolves to the same address, such as a CNAME",
  },
  "host-wildcard-inside": {
    reason: "has a wildcard that is not its first label",
    instead: "Write a name such as *.example.com, or the hosts one by one",
  },
  "address-with-port": { reason: "holds a port", instead: "Write the address alone here, and the number under port" },
  "address-is-range": { reason: "is a range", instead: "Write single addresses here, and a range under ranges" },
  "address-is-ipv6": {
    reason: "is an IPv6 address, and databases are reached over IPv4",
    instead: "Write the database's IPv4 address, such as 10.0.0.7",
  },
  "address-is-name": { reason: "is a name", instead: "Write it under host, and leave addresses out" },
  "address-of-no-server": {
    reason: "is not an address that another machine can have",
    instead: "Write the address that the application dials, such as 10.0.0.7",
  },
  "ipv4-address": { reason: "is not an IPv4 address", instead: "Write four numbers such as 10.0.0.7" },
  "ipv4-range": { reason: "is not an IPv4 range", instead: "Write a range such as 10.0.0.0/16, or 10.0.0.7/32" },
  duration: { reason: "is not a duration", instead: "Write a number with a unit: 500ms, 10s, 5m, 1h" },
  "range-duration": { reason: "is not a duration", instead: "Write a whole number with a unit: 30s, 5m, 1h, 14d" },
  "whole-milliseconds": {
    reason: "is not a number of whole milliseconds above zero",
    instead: "Write a time such as 500ms or 10s",
  },
  "whole-seconds": { reason: "is not a number of whole seconds", instead: "Write a time such as 75s or 5m" },
  memory: { reason: "is not an amount of memory", instead: "Write a number with a unit: 512Mi, 2Gi" },
  cpu: { reason: "is not an amount of CPU", instead: "Write a number of CPUs, or of thousandths: 2, 0.5, 500m" },
  "secret-name": {
    reason: "is not the name of a secret",
    instead: "Write the key under `secrets` that holds the value, never the value itself",
  },
  "project-id": {
    reason: "is not a project id",
    instead: "Write the id, such as example-project, not its number or its display name",
  },
  "range-of-sixteen": {
    reason: "is not a /28",
    instead: "Write a range such as 172.16.0.0/28: the control plane takes exactly sixteen addresses",
  },
  "user-name": {
    reason: "is not a valid user name",
    instead: "Write lower-case letters, digits and underscores, a letter first",
  },
  registry: {
    reason: "is not a registry with a path",
    instead: "Write both without a scheme, such as registry-vpc.cn-hangzhou.aliyuncs.com/team",
  },
  digest: {
    reason: "is not a digest",
    instead: "Write sha256: and 64 hexadecimal digits, as `docker buildx imagetools inspect IMAGE` prints them",
  },
  "time-of-day": { reason: "is not a time of day", instead: 'Write hours and minutes, such as "03:00"' },
  "two-hyphens": {
    reason: "holds two hyphens in a row, which separate a tenant's name from a database's",
    instead: "Write one hyphen",
  },
  "max-below-min": { reason: "is less than replicas.min", instead: "Write at least as many" },
  "limit-below-request-cpu": { reason: "is less than cpuRequest", instead: "Write at least as much" },
  "limit-below-request-memory": { reason: "is less than memoryRequest", instead: "Write at least as much" },
  "half-a-certificate": {
    reason: "names one half of a certificate",
    instead: "Write both certificateSecret and keySecret, or neither and a TLS Secret that exists",
  },
  "short-collector-name": {
    reason: "is a short name, which the control plane does not look up",
    instead: "Write it with the cluster's domain: collector.observability.svc.cluster.local",
  },
  "selects-every-pod": { reason: "selects every pod", instead: "Write at least one label of the workload's pods" },
} as const satisfies Record<string, { reason: string; instead: string }>;

export type RefusalId = keyof typeof refusals;

/** What a schema carries in the place of a message. */
export function refusal(id: RefusalId): RefusalId {
  return id;
}

export function isRefusal(message: string): message is RefusalId {
  return message in refusals;
}
