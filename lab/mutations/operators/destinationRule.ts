import { databases } from "../base.js";
import type { Changeable, Draft, Loose } from "../draft.js";
import type { Random } from "../random.js";
import { another, gatewayHost, gatewayNamespace, mutual, type Operator } from "./operator.js";

/** An operator on one of the clients' rules for the hop to the gateway. */
function hop(change: (draft: Draft, object: Changeable, random: Random, subset: Loose) => void): Operator {
  return (draft, random) => {
    const rules = draft
      .ofKind("DestinationRule")
      .filter(({ spec }) => Array.isArray(spec?.subsets) && spec.subsets.length > 0);
    if (rules.length === 0) return;
    const rule = random.pick(rules);
    change(draft, rule, random, rule.spec.subsets[0]);
  };
}

const tlsModes = ["DISABLE", "SIMPLE", "ISTIO_MUTUAL"];

/** How proxies speak to the gateway and to databases. */
export const destinationRule: readonly Operator[] = [
  hop((draft, object, random, subset) => {
    const { host } = random.pick(databases);
    draft.edit(`SNI ${host}`, object, () => (subset.trafficPolicy.tls.sni = host));
  }),
  hop((draft, object, _, subset) => draft.edit("no SNI", object, () => delete subset.trafficPolicy.tls.sni)),
  hop((draft, object, random, subset) => {
    const mode = random.pick(tlsModes);
    draft.edit(`mode ${mode}`, object, () => (subset.trafficPolicy.tls.mode = mode));
  }),
  hop((draft, object, _, subset) => draft.edit("no TLS", object, () => delete subset.trafficPolicy.tls)),
  hop((draft, object, _, subset) => draft.edit("another subset", object, () => (subset.name = "other"))),
  hop((draft, object) => draft.edit("no subsets", object, (spec) => delete spec.subsets)),
  hop((draft, object) => draft.remove(object)),
  hop((draft, object) =>
    draft.edit("of another host", object, (spec) => (spec.host = `other.${gatewayNamespace}.svc.cluster.local`)),
  ),
  hop((draft, object) =>
    draft.edit("by the short name, which is the client's own namespace", object, (spec) => {
      spec.host = "egressgateway";
    }),
  ),
  hop((draft, object, random, subset) => {
    const number = random.pick([15443, 15500, 443]);
    draft.edit(`TLS for port ${number} only`, object, () => {
      const { tls } = subset.trafficPolicy;
      if (!tls) return;
      delete subset.trafficPolicy.tls;
      subset.trafficPolicy.portLevelSettings = [{ port: { number }, tls }];
    });
  }),
  hop((draft, object, _, subset) =>
    draft.edit("for labels no pod has", object, () => (subset.labels = { version: "none" })),
  ),
  (draft, random) => {
    const namespace = random.pick(["shop", "depot", gatewayNamespace, "istio-system"]);
    const mode = random.pick(tlsModes);
    const { name, host } = random.pick([{ name: "gateway", host: gatewayHost }, ...databases]);
    draft.add(`a rule for ${host}, ${mode}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: `aa-shadow-${name}`, namespace },
      spec: {
        host,
        trafficPolicy: { tls: { mode, ...(random.chance(0.5) ? { sni: random.pick(databases).host } : {}) } },
        ...(random.chance(0.5) ? { exportTo: ["."] } : {}),
      },
    });
  },
  (draft, random) => {
    const database = random.pick(mutual);
    const namespace = random.pick(["shop", "depot", "istio-system"]);
    draft.add(`a subset of the same name with the SNI of another`, {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: `aa-${database.name}`, namespace },
      spec: {
        host: gatewayHost,
        exportTo: ["."],
        subsets: [
          {
            name: database.name,
            trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: another(random, database).host } },
          },
        ],
      },
    });
  },
  (draft, random) => {
    draft.add("a wildcard host", {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "aa-everything", namespace: random.pick(["shop", "depot", gatewayNamespace]) },
      spec: { host: "*.example.com", trafficPolicy: { tls: { mode: random.pick(tlsModes) } } },
    });
  },
];
