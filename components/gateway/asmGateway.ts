import type * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../manifest.js";
import type { GatewayShape } from "./gatewayShape.js";

/** On ASM a gateway is one resource, from which ASM's operator makes Deployment, Service `istio-<name>` and scaling. */
export function asmGateway({ gateway, settings, nodes }: GatewayShape, clusterIds?: pulumi.Input<string>[]): Manifest {
  const { replicas, resources } = settings;
  const spec = {
    gatewayType: "egress",
    ...(clusterIds ? { clusterIds } : {}),
    ports: [{ name: "tls-shared", port: gateway.sharedPort, targetPort: gateway.sharedPort, protocol: "TCP" }],
    serviceType: "ClusterIP",
    replicaCount: replicas.min,
    autoscaleEnabled: replicas.max > replicas.min,
    autoscaleMin: replicas.min,
    autoscaleMax: replicas.max,
    cpu: { targetAverageUtilization: replicas.cpuUtilization },
    podLabels: gateway.selector,
    resources: {
      requests: { cpu: resources.cpuRequest, memory: resources.memoryRequest },
      limits: { cpu: resources.cpuLimit, memory: resources.memoryLimit },
    },
    ...(nodes ? { nodeSelector: nodes.nodeSelector, tolerations: nodes.tolerations } : {}),
  };
  const manifest = {
    apiVersion: "istio.alibabacloud.com/v1beta1",
    kind: "IstioGateway",
    metadata: { name: gateway.name, namespace: gateway.namespace },
    spec,
  };
  return manifest;
}
