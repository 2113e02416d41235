import { message, type Message } from "../../messages/index.js";
import type { Capture, Evidence, NamespaceFacts } from "../../model/model.js";
import type { Container, PodSpec, SecurityContext } from "../../model/podOwners.js";
import { type ProxyConfigs, type ProxyFacts, type Setting, annotationField } from "./proxyConfigs.js";

/** The settings of packet rules, as annotations name them, and as the injector's values do. */
const settings = {
  includeOutboundPorts: "includeOutboundPorts",
  excludeOutboundPorts: "excludeOutboundPorts",
  includeOutboundIPRanges: "includeIPRanges",
  excludeOutboundIPRanges: "excludeIPRanges",
  includeInboundPorts: "includeInboundPorts",
  excludeInboundPorts: "excludeInboundPorts",
} as const;

export type CaptureSetting = keyof typeof settings;

/** What is noted of pods whose every connection goes through their proxy. */
const everything: Capture = {};

/** What the packet rules of pods hand to their proxy, by their annotations and the settings of the injector. */
export function captureOf(
  facts: ProxyFacts,
  configs: ProxyConfigs,
  spec: PodSpec,
  namespace: NamespaceFacts | undefined,
): Capture {
  if (facts.sidecar.present === false) return everything;
  const mode = configs.interceptionMode(facts);
  const found: Capture = {
    ...(mode?.value === "NONE"
      ? { off: { ...mode.place, ...message("interception-none") } }
      : asProxy(facts, spec, namespace)),
    ...Object.fromEntries(
      (Object.keys(settings) as CaptureSetting[]).flatMap((name) => {
        const setting = settingOf(facts, name);
        return setting ? [[name, setting]] : [];
      }),
    ),
  };
  return Object.keys(found).length === 0 ? everything : found;
}

/** An annotation comes before the injector's value, an empty one too: pkg/kube/inject/template.go, getAnnotation. */
function settingOf(
  { workload, annotations, sidecar: { plane } }: ProxyFacts,
  name: CaptureSetting,
): Setting | undefined {
  const annotation = `traffic.sidecar.istio.io/${name}`;
  const own = annotations[annotation];
  if (own !== undefined) return { value: own, place: { ...workload, field: annotationField(workload, annotation) } };
  const value = plane?.values.global?.proxy?.[settings[name]];
  const meshWide = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (meshWide === "" || meshWide === "*" || !plane?.valuesPlace) return undefined;
  return {
    value: meshWide,
    place: { ...plane.valuesPlace, field: `${plane.valuesPlace.field}: global.proxy.${settings[name]}` },
  };
}

/** The user and the group that proxies run as, whose connections are not handed to the proxy again. */
const proxyId = 1337;

/** Containers that run as the proxy's user or group: tools/istio-iptables/pkg/capture/run.go. */
function asProxy(
  { workload }: ProxyFacts,
  { containers = [], securityContext }: PodSpec,
  namespace: NamespaceFacts | undefined,
): Pick<Capture, "asProxy" | "partly"> {
  const id = proxyIdOf(namespace);
  const own = containers.filter(({ name }) => name !== "istio-proxy");
  const same = own.filter((container) => runsAs(container, securityContext, id));
  const [first] = same;
  if (!first) return {};
  const evidence = (text: Message): Evidence => ({
    ...workload,
    field: `${workload.kind === "Pod" ? "" : "spec.template."}spec.securityContext`,
    ...text,
  });
  const names = same.flatMap(({ name }) => name ?? []);
  return same.length === own.length
    ? { asProxy: evidence(message("runs-as-proxy", { id })) }
    : { partly: evidence(message("container-runs-as-proxy", { containers: names, id })) };
}

function runsAs({ securityContext }: Container, ofPod: SecurityContext | undefined, id: number): boolean {
  const user = securityContext?.runAsUser ?? ofPod?.runAsUser;
  const group = securityContext?.runAsGroup ?? ofPod?.runAsGroup;
  return user === id || group === id;
}

/** On OpenShift the proxy has the last user of the namespace's range: pkg/kube/inject/openshift.go. */
function proxyIdOf(namespace: NamespaceFacts | undefined): number {
  const range = namespace?.annotations["openshift.io/sa.scc.uid-range"];
  const slash = /^(\d+)\/(\d+)$/.exec(range ?? "");
  if (slash) return Number(slash[1]) + Number(slash[2]) - 1;
  const dash = /^\d+-(\d+)$/.exec(range ?? "");
  return dash ? Number(dash[1]) : proxyId;
}
