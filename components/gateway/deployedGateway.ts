import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IHorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IService, IServiceAccount } from "kubernetes-models/v1";
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1";
import type { Manifest } from "../manifest.js";
import type { Gateway } from "./gateway.js";
import type { GatewayShape } from "./shape.js";
import { sniProxy } from "./sniProxy.js";

const sniProxyImage = "docker.io/library/nginx:1.28-alpine";

/** The gateway as a Deployment whose proxy the injection webhook fills in, with what keeps it up. */
export function deployedGateway(shape: GatewayShape): Manifest[] {
  const { gateway, settings, forwarders } = shape;
  const beside = forwarders.length ? sniProxy(gateway, forwarders, sniProxyImage) : undefined;
  return [
    serviceAccount(gateway),
    ...(beside ? [beside.configMap] : []),
    service(gateway),
    deployment(shape, beside),
    disruptionBudget(gateway),
    autoscaler(gateway, settings.replicas),
  ];
}

/** Lets nobody pass; each database adds its own ALLOW above it. */
export function allowNothing(gateway: Gateway): IAuthorizationPolicy & Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: `${gateway.name}-allow-nothing`, namespace: gateway.namespace },
    // The selector keeps it to the gateway: without one, in the mesh's root namespace, it would hold for every workload.
    spec: { selector: { matchLabels: gateway.selector } },
  };
}

function serviceAccount({ name, namespace }: Gateway): IServiceAccount & Manifest {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
  };
}

function service({ name, namespace, selector, sharedPort }: Gateway): IService & Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: selector },
    spec: {
      type: "ClusterIP",
      selector,
      ports: [{ name: "tls-shared", port: sharedPort, targetPort: sharedPort, protocol: "TCP" }],
    },
  };
}

function deployment(shape: GatewayShape, beside: ReturnType<typeof sniProxy> | undefined): IDeployment & Manifest {
  const { gateway, settings, nodes } = shape;
  const { name, namespace, selector } = gateway;
  const { resources } = settings;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: selector },
    spec: {
      // No `replicas`: the autoscaler owns the number.
      selector: { matchLabels: selector },
      // A new pod first, so that a rollout never has fewer gateways than the autoscaler wants.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...selector, "sidecar.istio.io/inject": "true" },
          annotations: {
            "inject.istio.io/templates": "gateway",
            ...(beside ? { "mesh-egress/sni-proxy-config": beside.checksum } : {}),
          },
        },
        spec: {
          serviceAccountName: name,
          // Open database connections get this long to end before the pod goes.
          terminationGracePeriodSeconds: 60,
          ...nodes,
          topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: selector },
          })),
          containers: [
            {
              name: "istio-proxy",
              image: settings.image,
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
            },
            ...(beside ? [beside.container] : []),
          ],
          ...(beside ? { volumes: beside.volumes } : {}),
        },
      },
    },
  };
}

function disruptionBudget({ name, namespace, selector }: Gateway): IPodDisruptionBudget & Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
  };
}

function autoscaler(
  { name, namespace }: Gateway,
  { min, max, cpuUtilization }: GatewayShape["settings"]["replicas"],
): IHorizontalPodAutoscaler & Manifest {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuUtilization } },
        },
      ],
    },
  };
}
