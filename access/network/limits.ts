import { leftOpen, type Limit, modelled } from "../limits.js";

/** Every field that decides the way round the sidecar, and what the analysis makes of it. */
export const networkLimits: readonly Limit[] = [
  ...modelled("NetworkPolicy", {
    "podSelector, policyTypes": "with the defaults of the API; directions without rules allow nothing",
    "ingress[], egress[]": "both sides, when the target's pods are in the cluster",
    "to, from: podSelector, namespaceSelector": "alone and together, with every operator",
    "ipBlock cidr, except":
      "IPv4 and IPv6; an address that is not known makes it unknown, unless the block is 0.0.0.0/0",
    "ports: protocol, port, endPort": "named ports as the target's containers declare them",
  }),
  ...leftOpen("NetworkPolicy", {
    "ipBlock against pods": "as the engine does it where it is known, else unknown",
    enforcement: "taken to be enforced: a cluster without an engine ignores policies",
  }),
  ...modelled("Calico NetworkPolicy, GlobalNetworkPolicy", {
    "tier, order, selector, namespaceSelector, serviceAccountSelector":
      "policies of Kubernetes stand at order 1000 of the default tier",
    types: "missing: both directions in the stored form, by the rules in the API's",
    "rules: action, protocol, source, destination":
      "Allow, Deny, Pass, Log; nets, ports, selectors, service accounts, and their negations",
  }),
  ...leftOpen("Calico NetworkPolicy, GlobalNetworkPolicy", {
    "rules: http, icmp, services, domains, any other field": "unknown where the rule decides",
    "doNotTrack, preDNAT": "left out: they concern the interfaces of nodes",
  }),
  ...modelled("Calico Tier", { "order, defaultAction": "Deny and Pass" }),
  ...modelled("Calico NetworkSet, GlobalNetworkSet", { "labels, nets": "as peers that a selector matches" }),
  ...leftOpen("Calico HostEndpoint", { "": "its presence makes pods on the host network unknown" }),
  ...leftOpen("CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy", {
    "": "unknown for the pods they may concern",
  }),
  ...modelled("Workload", {
    hostNetwork: "open where the engine is known, else unknown when a policy would block",
    "annotations traffic.sidecar.istio.io/exclude..., include...":
      "what they keep from the sidecar goes as from a pod without one",
  }),
  ...modelled("Database", { allowList: "against clientAddresses; unknown without them" }),
  ...modelled("Service", { "the server's own sidecar": "may refuse plaintext, and callers without a certificate" }),
  ...leftOpen("Network", {
    "firewalls of the cloud, routes, DNS": "not read: a way that only they close counts as open",
  }),
];
