import type { IHorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import type { Manifest } from "../manifest.js";
import { gatewayStatistics } from "../observability/metrics/statistics.js";
import type { Gateway } from "./gateway.js";
import { disruptionBudget, proxyDeployment, service, serviceAccount } from "./proxyDeployment.js";
import type { GatewayShape } from "./gatewayShape.js";
import { sniProxy } from "./sniProxy.js";

const sniProxyImage = "nginx:1.28-alpine";

/** The gateway as a Deployment, with what keeps it up. */
export function deployedGateway({ gateway, settings, nodes, forwarders, statistics }: GatewayShape): Manifest[] {
  const beside = forwarders.length > 0 ? sniProxy(gateway, forwarders, sniProxyImage) : undefined;
  const { image, resources, replicas, drainDuration } = settings;
  return [
    serviceAccount(gateway),
    ...(beside ? [beside.configMap] : []),
    service(gateway, "ClusterIP", [{ name: "tls-shared", port: gateway.sharedPort, targetPort: gateway.sharedPort }]),
    proxyDeployment(gateway, {
      image,
      resources,
      drainDuration,
      ...(statistics ? { statistics: gatewayStatistics } : {}),
      nodes,
      beside,
    }),
    disruptionBudget(gateway),
    autoscaler(gateway, replicas),
  ];
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
