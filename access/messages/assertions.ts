/** Why an assertion fails. `{pair}` is a workload and a target: `shop/web -> orders.example.com:3306`. */
export const assertionMessages = {
  "assertion-verdict": "{pair}: expected {expected}, but the mesh path is {actual}",
  "assertion-encryption": "{pair}: expected every hop to be encrypted, but the hops are: {hops}",
  "assertion-plaintext": "{pair}: expected a plaintext hop, but the hops are: {hops}",
  "assertion-identity": "{pair}: expected an authenticated client, but the client is not authenticated",
  "assertion-anonymous": "{pair}: expected a client that is not authenticated, but it is authenticated",
  "assertion-exposes": "{pair}: expected a blocked client to receive {expected}, but it receives {actual}",
  "assertion-around": "{pair}: expected the sidecar bypass to be {expected}, but it is {actual}",
  "assertion-matches-nothing":
    'The assertion matches no pair of a workload and {target}. Known targets: {known}. Correct "from" or "to", or remove the assertion.',
} as const;
