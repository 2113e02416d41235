import { message } from "../../messages/index.js";
import type { Evidence, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import type { ControlPlane } from "./controlPlanes.js";

/** A variable of istiod that changes what its proxies get, in a way that is not modelled. */
interface DecidingVariable {
  /** What istiod takes it to be when it is not set. */
  default: string;
  /** Whether it can make a difference to an input. @default always */
  matters?: (index: ObjectIndex) => boolean;
}

/** Source: istio pilot/pkg/features. */
const deciding: Readonly<Record<string, DecidingVariable>> = {
  ISTIO_WATCH_NAMESPACE: { default: "" },
  PILOT_IGNORE_RESOURCES: { default: "" },
  PILOT_UNIFIED_SIDECAR_SCOPE: { default: "true", matters: (index) => index.ofKind(sidecar).length > 0 },
  PILOT_SKIP_VALIDATE_TRUST_DOMAIN: { default: "false" },
  PILOT_PREFER_SENDING_HBONE: { default: "false" },
  PREFER_DESTINATIONRULE_TLS_FOR_EXTERNAL_SERVICES: {
    default: "true",
    matters: (index) => index.ofKind(rule).length > 0,
  },
  ENABLE_ENHANCED_DESTINATIONRULE_MERGE: { default: "true", matters: rulesMerge },
  PILOT_ENABLE_STRICT_GATEWAY_MERGING: { default: "true", matters: hasKubernetesGateways },
  PILOT_ENABLE_GATEWAY_API: { default: "true", matters: hasKubernetesGateways },
  ENABLE_GATEWAY_API_MANUAL_DEPLOYMENT: { default: "true", matters: hasKubernetesGateways },
};

const sidecar = "networking.istio.io/Sidecar";
const rule = "networking.istio.io/DestinationRule";

function hasKubernetesGateways(index: ObjectIndex): boolean {
  return index.ofKind("gateway.networking.k8s.io/Gateway").length > 0;
}

/** Rules of one host in one namespace are merged. */
function rulesMerge(index: ObjectIndex): boolean {
  const hosts = index
    .ofKind(rule)
    .map((object) => `${namespaceOf(object)}/${(object.spec as { host?: string } | undefined)?.host ?? ""}`);
  return new Set(hosts).size < hosts.length;
}

/** What may change any path of a control plane's proxies, and how is not known. */
export function doubtsOf({ unread, unreadable, environment }: ControlPlane, index: ObjectIndex): Evidence[] {
  const variables = Object.entries(deciding).flatMap(([name, { default: usual, matters }]): Evidence[] => {
    const variable = environment.get(name);
    if (!variable || variable.value === usual || matters?.(index) === false) return [];
    const { value = "?" } = variable;
    return [{ ...variable.place, ...message("variable-not-modelled", { name, value }) }];
  });
  return [
    ...(unread ? [{ ...unread, ...message("configuration-not-in-input") }] : []),
    ...(unreadable ? [{ ...unreadable, ...message("config-unreadable") }] : []),
    ...variables,
  ];
}
