/** Evidence of what network policies do: `access/network`. */
export const networkMessages = {} as const;
