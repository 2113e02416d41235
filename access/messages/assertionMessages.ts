/** Why an assertion fails. */
export const assertionMessages = {
  "assertion-verdict": "expected {expected}, but the mesh path is {actual}",
  "assertion-encryption": "expected every hop to be encrypted, but the hops are: {hops}",
  "assertion-own-tls":
    "expected every hop to be encrypted, but whether the application speaks TLS of its own is unknown to the mesh (hops: {hops}); where the database refuses clients without TLS, write applicationTls: byDatabase",
  "assertion-tls-known":
    "expected that the mesh cannot tell whether the application speaks TLS, but the hops are: {hops}",
  "assertion-plaintext": "expected a plaintext hop, but the hops are: {hops}",
  "assertion-identity": "expected an authenticated client, but the client is not authenticated",
  "assertion-anonymous": "expected a client that is not authenticated, but it is authenticated",
  "assertion-exposes": "expected a blocked client to receive {expected}, but it receives {actual}",
  "assertion-bypass": "expected the sidecar bypass to be {expected}, but it is {actual}",
  "assertion-matches-no-target":
    'The assertion matches no database: there is no {target}. Known: {known}. Correct "to", or remove the assertion.',
  "assertion-without-workloads":
    "The assertion matches no workload: the input contains none that could be a client. Name clients of databases in the settings, or pass the cluster with --file or --context.",
  "assertion-matches-no-workload":
    'The assertion matches no workload: none has {client}. Known: {known}. Correct "from", declare the workload (workloads, kind: existing), or pass the cluster with --file or --context.',
  "assertion-excepts-all":
    'The assertion matches no workload: "except" ({except}) leaves out all {count} that "from" matches. Correct it, or pass the cluster with --file or --context for the other workloads.',
  none: "none",
} as const;
