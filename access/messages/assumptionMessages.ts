/** What an input does not contain, and what the analysis assumes instead. */
export const assumptionMessages = {
  "no-network-policies":
    "The input contains no NetworkPolicy: the analysis assumes that the network allows every connection.",
  "no-mesh-configuration":
    "The input contains no mesh configuration (ConfigMap istio): the analysis assumes outboundTrafficPolicy ALLOW_ANY, root namespace {root} and DNS capture {capture}.",
  "rapid-channel":
    "The options of Cloud Service Mesh turn DNS capture on, which is in force in its Rapid channel only: the analysis assumes that channel.",
  "no-namespaces":
    "The input contains no Namespace: whether pods get a sidecar is unknown unless their own labels or containers decide it.",
  "existing-workloads":
    "These clients are known from the settings only: {names} (* stands for every service account that nothing else names). The analysis assumes that they run, that their namespace decides whether they get a sidecar, and nothing about labels that the settings do not name. To judge the cluster as it is, add --file with a dump of it, or --context.",
  "and-more": "and {count} more",
  "no-policy-engine": "No network engine enforces policies (--policy-engine none): network policies have no effect.",
} as const;
