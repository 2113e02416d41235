import type { Shape } from "./fieldShape.js";

/** The fields of objects that set a mesh up, as their schemas have them and the analysis reads them: others may be there. */

const open = (fields: Record<string, Shape>): Shape => ({ fields, open: true });
const items = (list: Shape): Shape => ({ list, items: "required" });
const texts = items("text");

/** A selector of labels. */
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

/** Settings of proxies, of the mesh or of a pod's annotation. */
export const proxySettings = open({ proxyMetadata: { map: "anything" }, interceptionMode: "text" });

/** MeshConfig: one wrong field makes istiod refuse all of it. */
export const meshConfig = open({
  outboundTrafficPolicy: open({ mode: "text" }),
  rootNamespace: "text",
  trustDomain: "text",
  trustDomainAliases: texts,
  enableAutoMtls: "boolean",
  defaultConfig: proxySettings,
  defaultServiceExportTo: texts,
  defaultVirtualServiceExportTo: texts,
  defaultDestinationRuleExportTo: texts,
  discoverySelectors: items(selector),
});

const selectors = { neverInjectSelector: items(selector), alwaysInjectSelector: items(selector) };

/** The injector's own configuration. */
export const injectorConfig = open({ policy: "text", defaultTemplates: texts, ...selectors });

/** Values of Istio's charts. */
export const chartValues = open({
  revision: "text",
  profile: "text",
  global: open({ istioNamespace: "text", proxy: open({ autoInject: "text" }) }),
  sidecarInjectorWebhook: open({ enableNamespacesByDefault: "boolean", defaultTemplates: texts, ...selectors }),
  meshConfig,
  pilot: open({ env: open({}) }),
  env: open({}),
});

export const istioOperatorSpec = open({
  namespace: "text",
  revision: "text",
  profile: "text",
  meshConfig,
  values: chartValues,
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

/** Istio and IstioRevision of the Sail operator. */
export const sailSpec = open({
  namespace: "text",
  profile: "text",
  version: "text",
  values: chartValues,
  updateStrategy: open({ type: "text" }),
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
