import type { Shape } from "./shape.js";

/** The fields of objects that set a mesh up, as their schemas have them and the analysis reads them: others may be there. */

const open = (fields: Record<string, Shape>): Shape => ({ fields, open: true });
const items = (list: Shape): Shape => ({ list, items: "required" });
const texts = items("text");

const selector: Shape = open({
  matchLabels: { map: "text" },
  matchExpressions: items(open({ key: "text", operator: "text", values: texts })),
});

const service = open({ name: "text", namespace: "text" });

/** Webhooks of a MutatingWebhookConfiguration. */
export const webhooks: Shape = items(
  open({
    name: "text",
    namespaceSelector: selector,
    objectSelector: selector,
    clientConfig: open({ service, url: "text" }),
  }),
);

export const proxyConfigSpec = open({
  selector: open({ matchLabels: { map: "text" } }),
  environmentVariables: { map: "text" },
});

export const workloadEntrySpec = open({ labels: { map: "text" } });

export const istioOperatorSpec = open({
  namespace: "text",
  revision: "text",
  profile: "text",
  meshConfig: open({}),
  values: open({}),
  components: open({
    pilot: open({ k8s: open({ env: items(open({ name: "text", value: "text" })) }) }),
  }),
});

const allowedRoutes = open({
  namespaces: open({ from: "text", selector }),
  kinds: items(open({ group: "text", kind: "text" })),
});

const listener = open({
  name: "text",
  hostname: "text",
  port: "integer",
  protocol: "text",
  tls: open({ mode: "text", options: { map: "text" }, certificateRefs: items(open({ name: "text" })) }),
  allowedRoutes,
});

export const kubernetesGatewaySpec = open({
  gatewayClassName: "text",
  listeners: items(listener),
  addresses: items(open({ type: "text", value: "text" })),
  infrastructure: open({ labels: { map: "text" }, annotations: { map: "text" } }),
});

const reference = { group: "text", kind: "text", name: "text", namespace: "text", port: "integer" } as const;

export const kubernetesRouteSpec = open({
  parentRefs: items(open({ ...reference, sectionName: "text" })),
  hostnames: texts,
  rules: items(open({ backendRefs: items(open({ ...reference, weight: "integer" })) })),
});

const targets = { targetRef: open(reference), targetRefs: items(open(reference)) };

/** What every kind of a mesh may say of what it is for. */
export const anyMeshSpec = open(targets);

export const egressTrafficPolicySpec = open({
  ...targets,
  egressRules: items(
    open({
      to: items(open({ hosts: texts, port: open({ number: "integer", name: "text", protocol: "text" }) })),
    }),
  ),
});
