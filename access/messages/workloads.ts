/** Evidence of what workloads are: `access/model`. */
export const workloadMessages = {
  "sidecar-bypassed": "the process bypasses its sidecar, so it shows no certificate",
} as const;
