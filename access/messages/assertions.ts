/** Why an assertion fails. */
export const assertionMessages = {
  "assertion-verdict": "expected {expected}, but the mesh path is {actual}",
  "assertion-encryption": "expected every hop to be encrypted, but the hops are: {hops}",
  "assertion-plaintext": "expected a plaintext hop, but the hops are: {hops}",
  "assertion-identity": "expected an authenticated client, but the client is not authenticated",
  "assertion-anonymous": "expected a client that is not authenticated, but it is authenticated",
  "assertion-exposes": "expected a blocked client to receive {expected}, but it receives {actual}",
  "assertion-around": "expected the sidecar bypass to be {expected}, but it is {actual}",
  "assertion-matches-nothing":
    'The assertion matches no pair of a workload and {target}. Known targets: {known}. Correct "from" or "to", or remove the assertion.',
} as const;
