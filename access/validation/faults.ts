import { kindKey } from "../model/kindKey.js";
import type { KubernetesObject } from "../model/model.js";
import { isUnmodelledMeshKind } from "../model/meshKinds.js";
import {
  anyMeshSpec,
  egressTrafficPolicySpec,
  istioOperatorSpec,
  kubernetesGatewaySpec,
  kubernetesRouteSpec,
  proxyConfigSpec,
  sailSpec,
  webhooks,
  workloadEntrySpec,
} from "./mesh.js";
import { networkPolicyFaults, networkPolicySpec } from "./networkPolicy.js";
import { podFaults, podSpec, podTemplate } from "./pods.js";
import { serviceFaults, serviceSpec } from "./services.js";
import { shapeFaults, type Fault, type Shape } from "./fieldShape.js";

export type { Fault } from "./fieldShape.js";

/** How objects of a kind are checked: types first, and rules on what has the right type. */
interface Check {
  spec: Shape;
  /** Fields beside the spec. */
  beside?: Record<string, Shape>;
  faults?: (spec: object) => Fault[];
}

const template: Check = { spec: { fields: { template: podTemplate }, open: true }, faults: podFaults };

const checks: Record<string, Check> = {
  "networking.k8s.io/NetworkPolicy": { spec: networkPolicySpec, faults: networkPolicyFaults },
  Service: { spec: serviceSpec, faults: serviceFaults },
  Pod: { spec: podSpec, faults: (spec) => podFaults({ template: { spec } }, "spec") },
  "apps/Deployment": template,
  "apps/StatefulSet": template,
  "apps/DaemonSet": template,
  "apps/ReplicaSet": template,
  "batch/Job": template,
  ReplicationController: template,
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": { spec: "anything", beside: { webhooks } },
  "networking.istio.io/ProxyConfig": { spec: proxyConfigSpec },
  "networking.istio.io/WorkloadEntry": { spec: workloadEntrySpec },
  "install.istio.io/IstioOperator": { spec: istioOperatorSpec },
  "sailoperator.io/Istio": { spec: sailSpec },
  "sailoperator.io/IstioRevision": { spec: sailSpec },
  "gateway.networking.k8s.io/Gateway": { spec: kubernetesGatewaySpec },
  "istio.alibabacloud.com/ASMEgressTrafficPolicy": { spec: egressTrafficPolicySpec },
  "batch/CronJob": { spec: { fields: { jobTemplate: { fields: { spec: template.spec }, open: true } }, open: true } },
};

for (const kind of ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"])
  checks[`gateway.networking.k8s.io/${kind}`] = { spec: kubernetesRouteSpec };

/** Fields of every object beside its spec. */
const topFields = new Set(["apiVersion", "kind", "metadata", "spec", "status"]);

/** Why the API server would refuse an object, as far as the analysis reads its kind. */
export function faultsOf(object: Pick<KubernetesObject, "apiVersion" | "kind" | "spec">): Fault[] {
  const check = checks[kindKey(object)] ?? (isUnmodelledMeshKind(object) ? { spec: anyMeshSpec } : undefined);
  if (!check) return [];
  const shape = shapeFaults(object, { fields: topShapes(object, check), open: false }, "");
  const faults = shape.map(({ field, reason }) => ({ field: field.replace(/^\./, ""), reason }));
  if (faults.length > 0 || object.spec === undefined || object.spec === null) return faults;
  return check.faults?.(object.spec) ?? [];
}

function topShapes(object: object, { spec, beside }: Check): Record<string, Shape> {
  const known = Object.fromEntries([...topFields].map((field) => [field, "anything" as const]));
  return { ...known, ...("data" in object ? { data: "anything" as const } : {}), spec, ...beside };
}
