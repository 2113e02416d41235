/** Evidence of what proxies do: `access/istio`. */
export const meshMessages = {
  "on-chain-list": "the filter chain of this server admits a list of clients, and the client is on it",
  "not-on-chain-list": "the filter chain of this server admits a list of clients, and the client is not on it",
  /** Stands for texts that are not in a table yet. */
  text: "{text}",
} as const;
