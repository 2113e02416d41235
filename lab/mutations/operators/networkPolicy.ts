import { machineAddresses } from "../../outside/outside.js";
import { databases } from "../base.js";
import type { Changeable, Draft, Loose } from "../draft.js";
import { gatewayNamespace, gatewaySelector, type Operator } from "./operator.js";

/** Policies without which proxies and names are gone, which the analysis takes to be there. */
const presupposed = ["allow-dns", "allow-control-plane"];
const policiesOf = (draft: Draft): Changeable[] =>
  draft.ofKind("NetworkPolicy").filter(({ metadata }) => !presupposed.includes(metadata.name));

const clients = ["shop", "depot"] as const;

function allow(name: string, namespace: string, spec: object): Loose {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec };
}

/** What the network underneath lets pass. */
export const network: readonly Operator[] = [
  (draft, random) => draft.remove(random.pick(policiesOf(draft))),
  (draft, random) => {
    const namespace = random.pick([...clients, gatewayNamespace]);
    const denying = draft
      .ofKind("NetworkPolicy")
      .find(({ metadata }) => metadata.namespace === namespace && metadata.name === "default-deny");
    if (denying) draft.remove(denying);
  },
  (draft, random) => {
    const { port } = random.pick(databases);
    const namespace = random.pick(clients);
    const ranges = random.pick([
      { port },
      { port: port - 6, endPort: port + 10 },
      { port: port + 1, endPort: port + 10 },
    ]);
    draft.add(
      `out on ${JSON.stringify(ranges)}`,
      allow("out", namespace, {
        podSelector: random.pick([{}, { matchLabels: { app: "buyer" } }]),
        policyTypes: ["Egress"],
        egress: [{ ports: [{ protocol: "TCP", ...ranges }] }],
      }),
    );
  },
  (draft, random) => {
    const { machine } = random.pick(databases);
    const block = random.pick([
      { cidr: `${machineAddresses[machine]}/32` },
      { cidr: "203.0.113.0/24", except: [`${machineAddresses[machine]}/32`] },
      { cidr: "0.0.0.0/0", except: ["203.0.113.0/28"] },
      { cidr: "10.244.0.0/16" },
    ]);
    draft.add(
      `out to ${JSON.stringify(block)}`,
      allow("out-to", random.pick(clients), {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ to: [{ ipBlock: block }] }],
      }),
    );
  },
  (draft, random) => {
    const selector = random.pick<object>([
      { namespaceSelector: {} },
      { namespaceSelector: {}, podSelector: { matchLabels: gatewaySelector } },
      { namespaceSelector: { matchExpressions: [{ key: "istio-injection", operator: "Exists" }] } },
      { podSelector: { matchLabels: gatewaySelector } },
    ]);
    draft.add(
      `out to ${JSON.stringify(selector)}`,
      allow("out-to-pods", random.pick(clients), {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ to: [selector], ports: [{ protocol: "TCP", port: random.pick([15443, 15500]) }] }],
      }),
    );
  },
  (draft, random) => {
    const from = random.pick<object[]>([
      [{ podSelector: {} }],
      [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "depot" } } }],
      [{ namespaceSelector: {}, podSelector: { matchLabels: { app: "buyer" } } }],
      [{ namespaceSelector: {} }],
    ]);
    draft.add(
      `into the gateway from ${JSON.stringify(from)}`,
      allow("in", gatewayNamespace, {
        podSelector: { matchLabels: gatewaySelector },
        policyTypes: ["Ingress"],
        ingress: [{ from }],
      }),
    );
  },
  (draft, random) => {
    draft.add(
      "nothing out",
      allow("nothing-out", random.pick(["unlisted", "bare"]), { podSelector: {}, policyTypes: ["Egress"] }),
    );
  },
  (draft, random) => {
    const rules = policiesOf(draft).filter(
      ({ spec }) => spec.egress?.[0]?.ports?.length || spec.ingress?.[0]?.ports?.length,
    );
    if (rules.length === 0) return;
    const object = random.pick(rules);
    draft.edit("another port", object, (spec) => {
      const [first] = spec.egress ?? spec.ingress;
      first.ports = [{ protocol: "TCP", port: 9 }];
    });
  },
  (draft, random) => {
    const action = random.pick(["Deny", "Allow", "Pass"]);
    const { machine } = random.pick(databases);
    draft.add(`${action} to ${machine} for all`, {
      apiVersion: "crd.projectcalico.org/v1",
      kind: "GlobalNetworkPolicy",
      metadata: { name: "default.everywhere" },
      spec: {
        order: random.pick([10, 5000]),
        types: ["Egress"],
        selector: random.pick(["all()", "app == 'buyer'", "istio == 'egressgateway'"]),
        egress: [
          { action, protocol: "TCP", destination: { nets: [`${machineAddresses[machine]}/32`] } },
          { action: "Allow" },
        ],
      },
    });
  },
];
