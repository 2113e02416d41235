/** What the gateway's access log shows beside what is allowed. */
export const usageMessages = {
  "usage-used": "Allowed and used",
  "usage-never-used": "Allowed and never used",
  "usage-maybe-used":
    "Allowed, and used or not: the log holds connections to these databases without the client's identity",
  "usage-refused": "Refused",
  "usage-failed": "Let through, and not answered by the database",
  "usage-impossible": "Let through, although the analysis says that it is not possible",
  "usage-impossible-why":
    "The gateway is configured in another way than the input says, or was when the log was written. Judge the cluster as it is: add --context.",
  "usage-remove": "to take it away, remove {account} from {place}",
  "usage-no-log":
    "The log contains no connection. Name the standard output of the gateway's pods: kubectl logs -n istio-egress -l istio=egressgateway --tail=-1.",
  "usage-no-client": "a client that the log does not name",
  "log-not-found": "{path} cannot be read: {reason}. Name a file, or - for the standard input.",
} as const;
