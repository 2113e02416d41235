import assert from "node:assert/strict";
import { networkLimits } from "../../network/networkLimits.js";
import { app, nothingLeaves, outcome, policy } from "./networkScene.js";

const tier = (spec: object) => ({
  apiVersion: "policy.networking.k8s.io/v1alpha2",
  kind: "ClusterNetworkPolicy",
  metadata: { name: JSON.stringify(spec).replace(/[^a-z0-9]/g, "") },
  spec: { tier: "Admin", priority: 1, subject: { namespaces: {} }, ...spec },
});
const cilium = (egress: object) => ({
  apiVersion: "cilium.io/v2",
  kind: "CiliumNetworkPolicy",
  metadata: { name: "c", namespace: "shop" },
  spec: { endpointSelector: {}, egress: [egress] },
});
const clusterwide = {
  apiVersion: "cilium.io/v2",
  kind: "CiliumClusterwideNetworkPolicy",
  metadata: { name: "c" },
  spec: { nodeSelector: {}, ingress: [{}], egress: [{}] },
};
const calico = (spec: object, kind = "GlobalNetworkPolicy") => ({
  apiVersion: "crd.projectcalico.org/v1",
  kind,
  metadata: { name: "c" },
  spec,
});
const allows = (more: object) => calico({ types: ["Egress"], egress: [{ action: "Allow", ...more }] });
const fqdn = {
  apiVersion: "networking.gke.io/v1alpha1",
  kind: "FQDNNetworkPolicy",
  metadata: { name: "f", namespace: "shop" },
  spec: { podSelector: {}, egress: [{ matches: [{ name: "other.example.com" }] }] },
};
const everywhere = { networks: ["0.0.0.0/0"] };
const inside = { host: "in.shop.svc", addresses: [] };
const behind = (app: string, more: object[] = []) => [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "in", namespace: "shop" },
    spec: { selector: { app }, ports: [{ port: 3306 }] },
  },
  ...more,
];
const hosted = app("hosted", "shop", { spec: { hostNetwork: true } });
/** Everything for the client, which is not on the host network, and a server that is. */
const toHost = (...objects: object[]) => outcome([hosted, ...behind("hosted"), ...objects], inside);

/** What the analysis answers for each thing that it does not model. */
const grid: Record<string, () => string> = {
  "NetworkPolicy: ipBlock against pods": () => {
    const block = { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] };
    const out = policy("out", { podSelector: {}, policyTypes: ["Egress"], egress: [block] });
    return outcome([...behind("db", [app("db")]), out], inside);
  },
  "NetworkPolicy: enforcement": () => outcome([nothingLeaves]),
  "ClusterNetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy: equal priorities that differ": () =>
    outcome(["Accept", "Deny"].map((action) => tier({ egress: [{ action, to: [everywhere] }] }))),
  "ClusterNetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy: nodes with labels": () =>
    toHost(tier({ egress: [{ action: "Deny", to: [{ nodes: { matchLabels: { zone: "a" } } }] }] })),
  "ClusterNetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy: any other field": () =>
    outcome([tier({ egress: [{ action: "Deny", to: [{ later: {} }] }] })]),
  "CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy: nodeSelector, nodes": () => toHost(clusterwide),
  "CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy: kube-apiserver and entities of clusters": () =>
    outcome([cilium({ toEntities: ["kube-apiserver"] })]),
  "CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy: rules of layer 7": () =>
    outcome([cilium({ toEntities: ["all"], toPorts: [{ rules: { http: [{}] } }] })]),
  "CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy: toServices, toGroups, any other field": () =>
    outcome([cilium({ toGroups: [{}] })]),
  "FQDNNetworkPolicy of GKE: pods that no NetworkPolicy selects": () => outcome([fqdn]),
  "Calico NetworkPolicy, GlobalNetworkPolicy: rules: http, source ports, any other field": () =>
    [{ http: {} }, { source: { ports: [1] } }, { later: 1 }, { destination: { later: 1 } }]
      .map((more): string => outcome([allows(more)]))
      .reduce((one, other) => (one === other ? one : `${one}, ${other}`)),
  "Calico NetworkPolicy, GlobalNetworkPolicy: doNotTrack, preDNAT": () =>
    outcome([calico({ doNotTrack: true, egress: [{ action: "Deny" }] })]),
  "Calico HostEndpoint": () => toHost(calico({}, "HostEndpoint")),
  "Other kinds of policies, of any group: names that end in NetworkPolicy, TrafficPolicy, EgressFirewall, FirewallPolicy, SecurityGroupPolicy":
    () => outcome([{ apiVersion: "x.example.com/v1", kind: "AnyTrafficPolicy", metadata: { name: "x" }, spec: {} }]),
  "Workload: nodes of pods on the host network": () => toHost(nothingLeaves),
  "Network: firewalls of the cloud, routes, DNS": () => outcome([]),
};

/** Where the list of limits states an assumption, the answer rests on it. */
const assumed: Record<string, string> = {
  "NetworkPolicy: enforcement": "blocked",
  "Calico NetworkPolicy, GlobalNetworkPolicy: doNotTrack, preDNAT": "open",
  "Network: firewalls of the cloud, routes, DNS": "open",
};

describe("what is not modelled of the network", () => {
  const entries = networkLimits.filter(({ modelled }) => !modelled);
  const names = entries.map(({ kind, field }) => (field ? `${kind}: ${field}` : kind));

  it("has a test for each entry of the list of limits", () => {
    assert.deepEqual(Object.keys(grid).sort(), [...names].sort());
  });

  for (const [name, answer] of Object.entries(grid)) {
    it(`is ${assumed[name] ?? "unknown"}: ${name}`, () => {
      assert.equal(answer(), assumed[name] ?? "unknown");
    });
  }
});
