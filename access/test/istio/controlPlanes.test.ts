import assert from "node:assert/strict";
import { analysed, checkGrid, closed, deployment, entry, type GridRow, meshConfig, namespace } from "./grid.js";

const tcp = "{number: 6000, name: tcp-db, protocol: TCP}";
/** Visible to nobody of these namespaces: what reaches it goes past the registry. */
const hiddenEntry = entry(
  "elsewhere",
  "db.example.net",
  tcp,
  'exportTo: ["."], resolution: STATIC, addresses: [198.51.100.9], endpoints: [{address: 198.51.100.9}]',
);
const pair = "front/web db.example.net:6000";
const other = "back/job db.example.net:6000";

const injector = (proxy: string, name = "istio-sidecar-injector") =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: istio-system}, data: {values: '{"global":{"proxy":{${proxy}}}}', config: "policy: enabled"}}\n---\n`;

describe("the injector's settings for the whole mesh", () => {
  const decides = ["ConfigMap istio-system/istio-sidecar-injector no-proxy-on-path"];
  const both = (verdict: string) => ({ [pair]: verdict, [other]: verdict });
  const row = (title: string, proxy: string, verdict: string): GridRow => ({
    title,
    yaml: hiddenEntry + injector(proxy),
    options: closed,
    reach: both(verdict),
    ...(verdict === "direct" ? { because: { [pair]: decides } } : {}),
  });
  checkGrid([
    row("a port that no proxy gets", '"excludeOutboundPorts":"6000,7000"', "direct"),
    row("a range that no proxy gets", '"excludeIPRanges":"198.51.100.0/24"', "direct"),
    row("a range of other addresses that they do not get", '"excludeIPRanges":"203.0.113.0/24"', "blocked"),
    row("ranges that proxies get, and no others", '"includeIPRanges":"10.0.0.0/8"', "direct"),
    row("all ranges", '"includeIPRanges":"*"', "blocked"),
    row(
      "a port that proxies get whatever the range",
      '"includeIPRanges":"10.0.0.0/8","includeOutboundPorts":"6000"',
      "blocked",
    ),
    {
      title: "an annotation that is empty, over the mesh's port",
      yaml:
        hiddenEntry +
        injector('"excludeOutboundPorts":"6000"') +
        deployment("front", "own", 'annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: ""}'),
      options: closed,
      reach: { [pair]: "direct", "front/own db.example.net:6000": "blocked" },
    },
    {
      title: "the injector of another revision",
      yaml:
        hiddenEntry +
        meshConfig("{}") +
        meshConfig("{}", "istio-next") +
        injector('"excludeOutboundPorts":"6000"', "istio-sidecar-injector-next") +
        namespace("green", "istio.io/rev: next") +
        deployment("green", "g"),
      options: closed,
      reach: { [pair]: "blocked", "green/g db.example.net:6000": "direct" },
    },
    {
      title: "an address that is not known, where ranges decide",
      yaml:
        entry("elsewhere", "db.example.net", tcp, 'exportTo: ["."], resolution: DNS') +
        injector('"excludeIPRanges":"198.51.100.0/24"'),
      options: closed,
      reach: both("unknown"),
    },
  ]);

  it("opens ports of the pods to plaintext, too", () => {
    const { mtls } = analysed({
      yaml: `${injector('"excludeInboundPorts":"8080"')}{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: strict, namespace: istio-system}, spec: {mtls: {mode: STRICT}}}`,
    });
    const rows = mtls.filter(({ workload }) => workload === "web").map(({ port, plaintext }) => [port, plaintext]);
    assert.deepEqual(rows, [
      [null, false],
      [8080, true],
    ]);
  });
});

describe("pods whose connections do not get to their proxy", () => {
  const none = deployment("front", "none", "annotations: {sidecar.istio.io/interceptionMode: NONE}");
  const uid = (where: string) => deployment("front", "uid", "", where);
  const reach = (name: string, verdict: string) => ({
    [`front/${name} db.example.net:6000`]: verdict,
    [pair]: "blocked",
  });
  checkGrid([
    {
      title: "interception mode NONE",
      yaml: hiddenEntry + none,
      options: closed,
      reach: reach("none", "direct"),
      because: { "front/none db.example.net:6000": ["Deployment front/none no-proxy-on-path"] },
    },
    {
      title: "interception mode TPROXY",
      yaml: hiddenEntry + none.replace("NONE", "TPROXY"),
      options: closed,
      reach: reach("none", "blocked"),
    },
    {
      title: "interception mode NONE in the pod's proxy settings",
      yaml: hiddenEntry + deployment("front", "none", 'annotations: {proxy.istio.io/config: "interceptionMode: NONE"}'),
      options: closed,
      reach: reach("none", "direct"),
    },
    {
      title: "interception mode NONE of the whole mesh",
      yaml: hiddenEntry + meshConfig("defaultConfig: {interceptionMode: NONE}"),
      options: closed,
      reach: { [pair]: "direct", [other]: "direct" },
    },
    {
      title: "pods that run as the proxy's user",
      yaml: hiddenEntry + uid("securityContext: {runAsUser: 1337}, containers: [{name: app}]"),
      options: closed,
      reach: reach("uid", "direct"),
    },
    {
      title: "a container that runs as the proxy's group",
      yaml: hiddenEntry + uid("containers: [{name: app, securityContext: {runAsGroup: 1337}}]"),
      options: closed,
      reach: reach("uid", "direct"),
    },
    {
      title: "one container of two that runs as the proxy's user",
      yaml: hiddenEntry + uid("containers: [{name: app}, {name: tool, securityContext: {runAsUser: 1337}}]"),
      options: closed,
      reach: reach("uid", "unknown"),
    },
    {
      title: "a container whose user is another than its pod's",
      yaml:
        hiddenEntry +
        uid("securityContext: {runAsUser: 1337}, containers: [{name: app, securityContext: {runAsUser: 1000}}]"),
      options: closed,
      reach: reach("uid", "blocked"),
    },
    {
      title: "a namespace of OpenShift, where the proxy has a user of the namespace's range",
      yaml: `${hiddenEntry}{apiVersion: v1, kind: Namespace, metadata: {name: shift, labels: {istio-injection: enabled}, annotations: {openshift.io/sa.scc.uid-range: 1000650000/10000}}}\n---\n${deployment("shift", "last", "", "securityContext: {runAsUser: 1000659999}, containers: [{name: app}]")}${deployment("shift", "usual", "", "securityContext: {runAsUser: 1337}, containers: [{name: app}]")}`,
      options: closed,
      reach: { "shift/last db.example.net:6000": "direct", "shift/usual db.example.net:6000": "blocked" },
    },
  ]);
});

describe("several control planes", () => {
  const planes =
    meshConfig("outboundTrafficPolicy: {mode: REGISTRY_ONLY}") +
    meshConfig("outboundTrafficPolicy: {mode: ALLOW_ANY}", "istio-next");
  const green = "green/g db.example.net:6000";
  const inGreen = (labels: string, pod = "") => namespace("green", labels) + deployment("green", "g", pod);
  const webhook = (name: string, revision: string, more: string) =>
    `{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: ${name}, labels: {app: sidecar-injector, istio.io/rev: ${revision}${more}}}, webhooks: [`;
  const hook = (service: string, namespaces: string, objects = "{}") =>
    `{name: namespace.sidecar-injector.istio.io, clientConfig: {service: {name: ${service}, namespace: istio-system}}, namespaceSelector: ${namespaces}, objectSelector: ${objects}}`;
  const inNamespaces = (key: string, value: string) =>
    `{matchExpressions: [{key: ${key}, operator: In, values: ["${value}"]}]}`;
  checkGrid([
    {
      title: "a namespace of each revision",
      yaml: hiddenEntry + planes + inGreen("istio.io/rev: next"),
      reach: { [green]: "direct", [pair]: "blocked", [other]: "blocked" },
      because: {
        [green]: ["ConfigMap istio-system/istio-next outbound-mode"],
        [pair]: ["ConfigMap istio-system/istio registry-only"],
      },
    },
    {
      title: "a pod that asks for a revision",
      yaml: hiddenEntry + planes + inGreen("", "labels: {istio.io/rev: next}"),
      reach: { [green]: "direct" },
    },
    {
      title: "a revision that the input does not show",
      yaml: hiddenEntry + planes + inGreen("istio.io/rev: third"),
      reach: { [green]: "unknown" },
      because: { [green]: ["Namespace green control-plane-unknown"] },
    },
    {
      title: "one control plane of the default revision, and a namespace of another revision",
      yaml: hiddenEntry + meshConfig("outboundTrafficPolicy: {mode: REGISTRY_ONLY}") + inGreen("istio.io/rev: next"),
      reach: { [green]: "unknown", [pair]: "blocked" },
    },
    {
      title: "the one control plane of managed Cloud Service Mesh, by either label",
      yaml:
        hiddenEntry +
        meshConfig("outboundTrafficPolicy: {mode: REGISTRY_ONLY}", "istio-asm-managed-rapid") +
        inGreen("istio.io/rev: asm-managed"),
      reach: { [green]: "blocked", [pair]: "blocked" },
    },
    {
      title: "one control plane, and a revision that the caller's own settings hold for",
      yaml: hiddenEntry + meshConfig("{}") + inGreen("istio.io/rev: next"),
      options: closed,
      reach: { [green]: "blocked", [pair]: "blocked" },
    },
    {
      title: "a webhook of a control plane of which the input holds nothing else",
      yaml:
        hiddenEntry +
        meshConfig("outboundTrafficPolicy: {mode: REGISTRY_ONLY}") +
        inGreen("istio.io/rev: next") +
        webhook("istio-sidecar-injector", "default", "") +
        hook("istiod", inNamespaces("istio-injection", "enabled")) +
        "," +
        hook("istiod-next", inNamespaces("istio.io/rev", "next")) +
        "]}\n---\n",
      reach: { [green]: "unknown", [pair]: "blocked" },
      because: { [green]: ["MutatingWebhookConfiguration istio-sidecar-injector configuration-not-in-input"] },
    },
    {
      title: "a revision tag of istioctl",
      yaml:
        hiddenEntry +
        planes +
        inGreen("istio.io/rev: stable") +
        webhook("istio-revision-tag-stable", "next", ", istio.io/tag: stable") +
        hook("istiod-next", inNamespaces("istio.io/rev", "stable")) +
        "," +
        hook("istiod", inNamespaces("istio-injection", "enabled")) +
        "]}\n---\n",
      reach: { [green]: "direct", [pair]: "blocked" },
    },
    {
      title: "a revision tag alone, in input without the webhooks of any control plane",
      yaml:
        hiddenEntry +
        meshConfig("outboundTrafficPolicy: {mode: REGISTRY_ONLY}") +
        webhook("istio-revision-tag-stable", "default", ", istio.io/tag: stable") +
        hook("istiod", inNamespaces("istio.io/rev", "stable")) +
        "]}\n---\n",
      reach: { [pair]: "blocked" },
    },
    {
      title: "a revision tag of the Sail operator",
      yaml:
        hiddenEntry +
        planes +
        inGreen("istio.io/rev: stable") +
        "{apiVersion: sailoperator.io/v1, kind: IstioRevisionTag, metadata: {name: stable}, spec: {targetRef: {kind: IstioRevision, name: next}}}\n---\n",
      reach: { [green]: "direct" },
    },
    {
      title: "an object that is labelled for another revision",
      yaml: `${planes}${inGreen("istio.io/rev: next")}${entry("istio-system", "db.example.net", tcp).replace("name: db,", "name: db, labels: {istio.io/rev: next},")}`,
      reach: { [pair]: "blocked", [green]: "direct" },
      because: { [pair]: ["ServiceEntry istio-system/db other-revision"] },
    },
    {
      title: "webhooks that select no namespace by istio-injection",
      yaml:
        hiddenEntry +
        webhook("istio-sidecar-injector", "default", "") +
        hook("istiod", inNamespaces("istio.io/rev", "default")) +
        "]}\n---\n",
      options: closed,
      reach: { [pair]: "direct" },
      because: { [pair]: ["MutatingWebhookConfiguration istio-sidecar-injector no-proxy-on-path"] },
    },
    {
      title: "a webhook that leaves out pods by their labels",
      yaml:
        hiddenEntry +
        webhook("istio-sidecar-injector", "default", "") +
        hook(
          "istiod",
          inNamespaces("istio-injection", "enabled"),
          "{matchExpressions: [{key: app, operator: NotIn, values: [job]}]}",
        ) +
        "]}\n---\n",
      options: closed,
      reach: { [pair]: "blocked", [other]: "direct" },
    },
    ...(
      [
        [
          "conditions in CEL",
          "matchConditions: [{name: some, expression: 'object.metadata.name != \"job\"'}]",
          "unknown",
        ],
        ["no conditions", "matchConditions: []", "blocked"],
        [
          "rules for pods that are made",
          "rules: [{operations: [CREATE], apiGroups: [''], resources: [pods]}]",
          "blocked",
        ],
        ["rules for all that is made", "rules: [{operations: ['*'], apiGroups: ['*'], resources: ['*/*']}]", "blocked"],
        ["rules for changes of pods", "rules: [{operations: [UPDATE], apiGroups: [''], resources: [pods]}]", "direct"],
        ["rules for other objects", "rules: [{operations: [CREATE], apiGroups: [apps], resources: ['*']}]", "direct"],
      ] as const
    ).map(([what, more, verdict]) => ({
      title: `a webhook with ${what}`,
      yaml:
        hiddenEntry +
        webhook("istio-sidecar-injector", "default", "") +
        hook("istiod", inNamespaces("istio-injection", "enabled"), `{}, ${more}`) +
        "]}\n---\n",
      options: closed,
      reach: { [pair]: verdict, [other]: verdict },
    })),
    {
      title: "a webhook that injects the proxy of another mesh",
      yaml: `${hiddenEntry}${namespace("plain")}${deployment("plain", "p")}{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: linkerd-proxy-injector-webhook-config}, webhooks: [{name: linkerd-proxy-injector.linkerd.io, namespaceSelector: {}}]}`,
      options: closed,
      reach: { "plain/p db.example.net:6000": "unknown", [pair]: "blocked" },
    },
    {
      title: "a selector of the injector that refuses pods",
      yaml: `${hiddenEntry}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-sidecar-injector, namespace: istio-system}\ndata: {values: "{}", config: "policy: enabled\\nneverInjectSelector: [{matchLabels: {app: job}}]"}\n`,
      options: closed,
      reach: { [pair]: "blocked", [other]: "direct" },
    },
  ]);
});

describe("what a control plane is configured by", () => {
  const registryOnly = "outboundTrafficPolicy: {mode: REGISTRY_ONLY}";
  const blockedBy = (link: string) => ({ reach: { [pair]: "blocked" }, because: { [pair]: [link] } });
  const istiod = (env: string, image = "istio/pilot:1.30.1", place = "istio-system") =>
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: istiod, namespace: ${place}}, spec: {template: {metadata: {labels: {app: istiod}}, spec: {containers: [{name: discovery, image: "${image}", env: [${env}]}]}}}}\n---\n`;
  const anyone = entry("elsewhere", "db.example.net", tcp);
  checkGrid([
    {
      title: "a ConfigMap of another root namespace",
      yaml: hiddenEntry + meshConfig(registryOnly, "istio", "mesh-root"),
      ...blockedBy("ConfigMap mesh-root/istio registry-only"),
    },
    {
      title: "a ConfigMap of the name that another team made",
      yaml:
        hiddenEntry +
        meshConfig(registryOnly) +
        meshConfig("outboundTrafficPolicy: {mode: ALLOW_ANY}", "istio", "front"),
      ...blockedBy("ConfigMap istio-system/istio registry-only"),
    },
    {
      title: "an IstioOperator",
      yaml: `${hiddenEntry}{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: mesh, namespace: istio-system}, spec: {meshConfig: {${registryOnly}}}}`,
      ...blockedBy("IstioOperator istio-system/mesh registry-only"),
    },
    {
      title: "an Istio of the Sail operator",
      yaml: `${hiddenEntry}{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: {namespace: istio-system, values: {meshConfig: {${registryOnly}}}}}`,
      ...blockedBy("Istio default registry-only"),
    },
    {
      title: "an IstioOperator that keeps a port from all proxies",
      yaml: `${hiddenEntry}{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: mesh, namespace: istio-system}, spec: {meshConfig: {${registryOnly}}, values: {global: {proxy: {excludeOutboundPorts: "6000"}}}}}`,
      reach: { [pair]: "direct" },
      because: { [pair]: ["IstioOperator istio-system/mesh no-proxy-on-path"] },
    },
    {
      title: "a ConfigMap that is not YAML",
      yaml: hiddenEntry + meshConfig("outboundTrafficPolicy: {mode: [", "istio"),
      reach: { [pair]: "unknown" },
      because: { [pair]: ["ConfigMap istio-system/istio config-unreadable"] },
    },
    {
      title: "a second ConfigMap that istiod's environment names",
      yaml:
        hiddenEntry +
        istiod("{name: SHARED_MESH_CONFIG, value: ours}") +
        meshConfig("{}") +
        meshConfig(registryOnly, "ours"),
      reach: { [pair]: "blocked" },
    },
    {
      title: "a namespace that no discovery selector matches",
      yaml: `${namespace("elsewhere")}${anyone}${meshConfig(`${registryOnly}\n    discoverySelectors: [{matchExpressions: [{key: istio-injection, operator: Exists}]}]`)}`,
      reach: { [pair]: "blocked" },
      because: {
        [pair]: [
          "ServiceEntry elsewhere/db declares-unread",
          "ConfigMap istio-system/istio discovery-selectors",
          "Namespace elsewhere not-discovered",
        ],
      },
    },
    {
      title: "a namespace that a discovery selector matches",
      yaml: `${namespace("elsewhere", "team: data")}${anyone}${meshConfig(`${registryOnly}\n    discoverySelectors: [{matchLabels: {team: data}}, {matchLabels: {istio-injection: enabled}}]`)}`,
      reach: { [pair]: "direct" },
    },
    {
      title: "a namespace whose labels the input does not show, with discovery selectors",
      yaml: `${anyone}${meshConfig(`${registryOnly}\n    discoverySelectors: [{matchLabels: {team: data}}]`)}`,
      reach: { [pair]: "unknown" },
      because: { [pair]: ["Namespace elsewhere maybe-not-discovered"] },
    },
  ]);

  const exit = (place: string) =>
    `${entry(place, "db.example.net", "{number: 443, name: tls, protocol: TLS}")}{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: exit, namespace: ${place}}, spec: {selector: {istio: exit}, servers: [{port: {number: 443, name: tls, protocol: TLS}, hosts: [db.example.net], tls: {mode: PASSTHROUGH}}]}}
---
{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: exit, namespace: ${place}}, spec: {hosts: [db.example.net], gateways: [mesh, exit], tls: [{match: [{gateways: [mesh], sniHosts: [db.example.net]}], route: [{destination: {host: exit.istio-system.svc.cluster.local, port: {number: 443}}}]}, {match: [{gateways: [exit], sniHosts: [db.example.net]}], route: [{destination: {host: db.example.net, port: {number: 443}}}]}]}}
---
`;
  const tls = "front/web db.example.net:443";
  const scoped = "{name: PILOT_SCOPE_GATEWAY_TO_NAMESPACE, value: 'true'}";
  checkGrid([
    {
      title: "a Gateway of another namespace",
      yaml: exit("front") + istiod(""),
      options: closed,
      reach: { [tls]: "gateway" },
    },
    {
      title: "a Gateway of another namespace, when istiod's environment scopes Gateways",
      yaml: exit("front") + istiod(scoped),
      options: closed,
      reach: { [tls]: "blocked" },
      because: { [tls]: ["Gateway front/exit gateway-out-of-scope", "Deployment istio-system/istiod gateways-scoped"] },
    },
    {
      title: "a Gateway of the pods' namespace, when istiod's environment scopes Gateways",
      yaml: exit("istio-system") + istiod(scoped),
      options: closed,
      reach: { [tls]: "gateway" },
    },
    {
      title: "a variable of istiod that is not modelled",
      yaml: exit("istio-system") + istiod("{name: ISTIO_WATCH_NAMESPACE, value: front}"),
      options: closed,
      reach: { [tls]: "unknown" },
      because: { [tls]: ["Deployment istio-system/istiod variable-not-modelled"] },
    },
    {
      title: "variables of istiod at their defaults, or that change no path here",
      yaml:
        exit("istio-system") +
        istiod(
          "{name: PILOT_SKIP_VALIDATE_TRUST_DOMAIN, value: 'false'}, {name: ENABLE_ENHANCED_DESTINATIONRULE_MERGE, value: 'false'}, {name: PILOT_TRACE_SAMPLING, value: '1'}",
        ),
      options: closed,
      reach: { [tls]: "gateway" },
    },
    {
      title: "istiod's environment from a ConfigMap",
      yaml: `${exit("front")}${istiod("").replace("env: []", "envFrom: [{configMapRef: {name: settings}}]")}{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: istio-system}, data: {PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true"}}`,
      options: closed,
      reach: { [tls]: "blocked" },
    },
    {
      title: "istiod's environment in the values of an operator",
      yaml: `${exit("front")}{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, metadata: {name: mesh, namespace: istio-system}, spec: {values: {pilot: {env: {PILOT_SCOPE_GATEWAY_TO_NAMESPACE: true}}}}}`,
      options: closed,
      reach: { [tls]: "blocked" },
    },
  ]);
});

describe("proxies that answer DNS", () => {
  const two = entry("front", "one.example.net", tcp) + entry("front", "two.example.net", tcp);
  const proxyConfig = (place: string, spec: string, name = "dns") =>
    `{apiVersion: networking.istio.io/v1beta1, kind: ProxyConfig, metadata: {name: ${name}, namespace: ${place}}, spec: ${spec}}\n---\n`;
  const on = '{environmentVariables: {ISTIO_META_DNS_CAPTURE: "true"}}';
  const front = (verdict: string) => ({
    "front/web one.example.net:6000": "direct",
    "front/web two.example.net:6000": verdict,
  });
  const back = (verdict: string) => ({ "back/job two.example.net:6000": verdict });
  const old =
    '{apiVersion: apps/v1, kind: Deployment, metadata: {name: istiod, namespace: istio-system}, spec: {template: {spec: {containers: [{name: discovery, image: "istio/pilot:1.22.3"}]}}}}\n---\n';
  checkGrid([
    {
      title: "none of them",
      yaml: two,
      options: closed,
      reach: { ...front("misrouted"), ...back("misrouted") },
      findings: ["port-swallowed"],
    },
    {
      title: "all, by a ProxyConfig of the root namespace",
      yaml: two + proxyConfig("istio-system", on),
      options: closed,
      reach: { ...front("direct"), ...back("direct") },
      findings: [],
    },
    {
      title: "those of a namespace, by its ProxyConfig",
      yaml: two + proxyConfig("front", on),
      options: closed,
      reach: { ...front("direct"), ...back("misrouted") },
    },
    {
      title: "those that a ProxyConfig selects",
      yaml:
        two +
        proxyConfig(
          "front",
          '{selector: {matchLabels: {app: web}}, environmentVariables: {ISTIO_META_DNS_CAPTURE: "true"}}',
        ) +
        deployment("front", "rest", "labels: {app: rest}"),
      options: closed,
      reach: { ...front("direct"), "front/rest two.example.net:6000": "misrouted" },
    },
    {
      title: "none of a namespace, whose ProxyConfig turns it off over the root's",
      yaml: two + proxyConfig("istio-system", on) + proxyConfig("front", on.replace("true", "false")),
      options: closed,
      reach: { ...front("misrouted"), ...back("direct") },
    },
    {
      title: "one, by its annotation",
      yaml:
        two +
        deployment(
          "front",
          "own",
          "annotations: {proxy.istio.io/config: 'proxyMetadata: {ISTIO_META_DNS_CAPTURE: \"true\"}'}",
        ),
      options: closed,
      reach: { ...front("misrouted"), "front/own two.example.net:6000": "direct" },
    },
    {
      title: "one that runs already, by its container's environment",
      yaml: `${two}{apiVersion: v1, kind: Pod, metadata: {name: live, namespace: front, creationTimestamp: "2026-01-01T00:00:00Z"}, spec: {containers: [{name: app}, {name: istio-proxy, env: [{name: ISTIO_META_DNS_CAPTURE, value: "true"}]}]}, status: {podIP: 10.1.1.1}}`,
      options: closed,
      reach: { "front/live two.example.net:6000": "direct" },
    },
    {
      title: "all, by a control plane that allocates no addresses",
      yaml: two + old + proxyConfig("istio-system", on),
      options: closed,
      reach: front("misrouted"),
    },
    {
      title: "all, that ask such a control plane to allocate them",
      yaml:
        two +
        old +
        proxyConfig(
          "istio-system",
          '{environmentVariables: {ISTIO_META_DNS_CAPTURE: "true", ISTIO_META_DNS_AUTO_ALLOCATE: "true"}}',
        ),
      options: closed,
      reach: front("direct"),
    },
  ]);
});
