import { leftOpen, type Limit, modelled } from "../limits.js";

/** Every field that decides the sidecar bypass, and what the analysis makes of it. */
export const networkLimits: readonly Limit[] = [
  ...modelled("NetworkPolicy", {
    "podSelector, policyTypes": "with the defaults of the API; directions without rules allow nothing",
    "ingress[], egress[]": "both sides, when the target's pods are in the cluster",
    "to, from: podSelector, namespaceSelector": "alone and together, with every operator",
    "ipBlock cidr, except":
      "IPv4 and IPv6; an address that is not known makes it unknown, unless the block is 0.0.0.0/0",
    "ports: protocol, port, endPort": "named ports as the target's containers declare them",
    "what the API server refuses": "reported with the field, and left out",
  }),
  ...leftOpen("NetworkPolicy", {
    "ipBlock against pods": "as the engine does it where it is known, else unknown",
    enforcement: "assumed, unless policyEngine is none: a cluster without an engine ignores policies",
  }),
  ...modelled("ClusterNetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy", {
    "tier, priority, subject": "before NetworkPolicies, and after them where none selects the pods",
    "rules: action, peers, ports, protocols": "Accept or Allow, Deny, Pass; networks hold for pods by address too",
    domainNames: "against the name of the target",
  }),
  ...leftOpen("ClusterNetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy", {
    "equal priorities that differ": "unknown: the API leaves open which policy is applied",
    "nodes with labels": "unknown for pods on the host network",
    "any other field": "unknown where the rule decides",
  }),
  ...modelled("CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy", {
    "endpointSelector, enableDefaultDeny": "labels with and without a source, of namespaces and service accounts",
    "ingress, egress, ingressDeny, egressDeny": "together with NetworkPolicies; a denial comes first",
    "endpoints, entities, CIDR, CIDRSet, toFQDNs, toPorts": "names against the name of the target",
  }),
  ...leftOpen("CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy", {
    "nodeSelector, nodes": "unknown for pods on the host network",
    "kube-apiserver and entities of clusters": "unknown",
    "rules of layer 7": "unknown where the rule decides",
    "toServices, toGroups, any other field": "unknown where the rule decides",
  }),
  ...modelled("FQDNNetworkPolicy of GKE", {
    "podSelector, egress[].matches, ports": "added to what NetworkPolicies allow, by the name of the target",
  }),
  ...leftOpen("FQDNNetworkPolicy of GKE", {
    "pods that no NetworkPolicy selects": "unknown where no rule matches",
  }),
  ...modelled("Calico NetworkPolicy, GlobalNetworkPolicy", {
    "tier, order, selector, namespaceSelector, serviceAccountSelector":
      "policies of Kubernetes have order 1000 in the default tier",
    types: "missing: both directions in the stored form, by the rules in the API's",
    "rules: action, protocol, ipVersion, source, destination":
      "Allow, Deny, Pass, Log; nets, ports, selectors, service accounts and their negations, services, domains",
  }),
  ...leftOpen("Calico NetworkPolicy, GlobalNetworkPolicy", {
    "rules: http, source ports, any other field": "unknown where the rule decides",
    "doNotTrack, preDNAT": "left out: they concern the interfaces of nodes",
  }),
  ...modelled("Calico Tier", { "order, defaultAction": "Deny and Pass" }),
  ...modelled("Calico NetworkSet, GlobalNetworkSet", { "labels, nets": "as peers that a selector matches" }),
  ...leftOpen("Calico HostEndpoint", { "": "makes pods on the host network unknown" }),
  ...leftOpen("Other kinds of policies, of any group", {
    "names that end in NetworkPolicy, TrafficPolicy, EgressFirewall, FirewallPolicy, SecurityGroupPolicy":
      "unknown for the pods they may concern; a warning names the object",
  }),
  ...modelled("Workload", {
    "labels that controllers add": "known values of Jobs and StatefulSets; others as set, with unknown values",
    "running pods": "their labels instead of the template's; where they differ, one that may connect is enough",
    "any object with a template of pods": "may have labels that are not known, unless its controller is",
    hostNetwork: "out of reach of policies; pods of the same node are always within reach",
    "annotations traffic.sidecar.istio.io/exclude..., include...":
      "what they keep from the sidecar goes as from a pod without one",
  }),
  ...leftOpen("Workload", {
    "nodes of pods on the host network":
      "unknown whether they share one, unless every node has a pod or nodes are known",
  }),
  ...modelled("Database", { allowList: "against clientAddresses; unknown without them" }),
  ...modelled("Service", {
    "selector, ports": "pods behind it by protocol; EndpointSlices and Endpoints without a selector",
    externalName: "the other Service, or the address that a ServiceEntry gives the name",
    "the server's own sidecar": "may refuse plaintext, and callers without a certificate",
  }),
  ...leftOpen("Network", {
    "firewalls of the cloud, routes, DNS": "not read: a path that only they close counts as open",
  }),
];
