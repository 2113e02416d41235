import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IRole, IRoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1";
import type { IContainer, IService, IServiceAccount, IServicePort, IVolume } from "kubernetes-models/v1";
import type { NodePlacement } from "../cluster/cluster.js";
import type { Manifest } from "../manifest.js";

/** What a gateway's objects have in common, whether it lets traffic in or out. */
export interface Place {
  /** Name of its objects and of its service account. */
  name: string;
  namespace: string;
  /** Labels of its pods. */
  selector: Record<string, string>;
}

/** How a gateway's pods are run. */
export interface ProxyPods {
  /** Undefined where an autoscaler owns the number. */
  replicas?: number;
  image: string;
  resources: { cpuRequest: string; memoryRequest: string; cpuLimit: string; memoryLimit: string };
  /** How long connections of a replaced configuration live. @default Istio's own */
  drainDuration?: string;
  /** Statistics, as regular expressions, that the proxy gives beside those Istio keeps. @default none */
  statistics?: readonly string[];
  nodes?: NodePlacement;
  /** What runs beside the proxy; the checksum replaces the pods when its configuration changes. */
  beside?: { container: IContainer; volumes: IVolume[]; checksum: string };
}

/** Open connections get this long to end before the pod goes. */
const drainSeconds = 60;

export function serviceAccount({ name, namespace }: Place): IServiceAccount & Manifest {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } };
}

export function service(
  { name, namespace, selector }: Place,
  type: "ClusterIP" | "LoadBalancer",
  ports: IServicePort[],
  annotations?: Record<string, string>,
): IService & Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: selector, ...(annotations ? { annotations } : {}) },
    spec: { type, selector, ports: ports.map((port) => ({ ...port, protocol: "TCP" })) },
  };
}

/** Pods whose proxy the injection webhook fills in. */
export function proxyDeployment(place: Place, pods: ProxyPods): IDeployment & Manifest {
  const { name, namespace, selector } = place;
  const { replicas, nodes, beside } = pods;
  const config = proxyConfig(pods);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: selector },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: selector },
      // A new pod first, so that a rollout never has fewer gateways than are wanted.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...selector, "sidecar.istio.io/inject": "true" },
          annotations: {
            "inject.istio.io/templates": "gateway",
            ...(config ? { "proxy.istio.io/config": JSON.stringify(config) } : {}),
            ...(beside ? { "mesh-egress/sni-proxy-config": beside.checksum } : {}),
          },
        },
        spec: {
          serviceAccountName: name,
          terminationGracePeriodSeconds: drainSeconds,
          ...nodes,
          topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: selector },
          })),
          containers: [proxyContainer(pods), ...(beside ? [beside.container] : [])],
          ...(beside ? { volumes: beside.volumes } : {}),
        },
      },
    },
  };
}

/** What the pods' own ProxyConfig says; undefined where it says nothing. */
function proxyConfig({ drainDuration, statistics = [] }: ProxyPods): object | undefined {
  if (drainDuration === undefined && statistics.length === 0) return undefined;
  return {
    ...(drainDuration === undefined ? {} : { drainDuration }),
    ...(statistics.length === 0 ? {} : { proxyStatsMatcher: { inclusionRegexps: statistics } }),
  };
}

function proxyContainer({ image, resources }: ProxyPods): IContainer {
  return {
    name: "istio-proxy",
    image,
    // Otherwise the proxy ends 5 s after it was asked to, whatever the pod's grace period, and cuts the queries it carries.
    env: [{ name: "EXIT_ON_ZERO_ACTIVE_CONNECTIONS", value: "true" }],
    resources: {
      requests: { cpu: resources.cpuRequest, memory: resources.memoryRequest },
      limits: { cpu: resources.cpuLimit, memory: resources.memoryLimit },
    },
    securityContext: {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

export function disruptionBudget({ name, namespace, selector }: Place): IPodDisruptionBudget & Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
  };
}

/**
 * Lets a gateway read the Secrets beside it. istiod hands a credential to a gateway only if its service account may list
 * Secrets in its namespace (istio/istio, pilot/pkg/credentials/kube), so a narrower rule would give it nothing.
 */
export function credentialAccess({ name, namespace }: Place, roleName: string): Manifest[] {
  const metadata = { name: roleName, namespace };
  const role: IRole & Manifest = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata,
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "watch", "list"] }],
  };
  const binding: IRoleBinding & Manifest = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: roleName },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
  return [role, binding];
}
