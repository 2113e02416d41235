/** Evidence of what proxies do: `access/istio`. */
export const meshMessages = {
  /** Stands for texts that are not in a table yet. */
  text: "{text}",
} as const;
