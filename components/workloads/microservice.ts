import type { IDeployment } from "kubernetes-models/apps/v1";
import type {
  IContainer,
  IEnvVar,
  IPodSecurityContext,
  IProbe,
  IResourceRequirements,
  ISecurityContext,
  IService,
  IServiceAccount,
} from "kubernetes-models/v1";
import { skipAwait, type Manifest } from "../manifest.js";
import { withoutToken } from "./hardening.js";

/** A port of a container and, where a Service leads to it, of that Service. */
export interface MicroservicePort {
  /** Name; the mesh reads the protocol from its first part, such as `http` or `grpc`. */
  name: string;
  /** Port the container listens on. */
  containerPort: number;
  /** Port of the Service. @default the container's port */
  servicePort?: number;
}

/** One Deployment with one container, as every scenario's workloads are built of. */
export interface Microservice {
  /** Name of the Deployment. */
  name: string;
  /** Namespace. */
  namespace: string;
  /** Labels of Deployment and pods. */
  labels: Record<string, string>;
  /** Labels that select the pods; unlike the others they can never change. @default all labels */
  selector?: Record<string, string>;
  /** Container image. */
  image: string;
  /** Name of the container. @default name of the Deployment */
  container?: string;
  /** Service account. */
  serviceAccount: string;
  /** Pods. @default 1 */
  replicas?: number;
  /** Command in place of the image's. @default the image's */
  command?: string[];
  /** Ports of the container. @default none */
  ports?: MicroservicePort[];
  /** Environment of the container. @default empty */
  env?: IEnvVar[];
  /** Directories the container writes to, each an emptyDir. @default none */
  writable?: Record<string, string>;
  /** CPU and memory. */
  resources: IResourceRequirements;
  /** What the container may do. */
  securityContext: ISecurityContext;
  /** What holds for all containers of the pod. @default nothing */
  podSecurityContext?: IPodSecurityContext;
  /** When the pod takes traffic. @default when its process runs */
  readiness?: IProbe;
}

/** An identity of its own for a workload; calling the API server is not part of it. */
export function serviceAccount(name: string, namespace: string): IServiceAccount & Manifest {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
    automountServiceAccountToken: false,
  };
}

/** A Service inside the cluster; `type: LoadBalancer` opens it to the world. */
export function service(
  name: string,
  namespace: string,
  selector: Record<string, string>,
  ports: MicroservicePort[],
  type?: "LoadBalancer",
): IService & Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    // A cluster without load balancers never gives the Service an address; the sample is up without one.
    metadata: { name, namespace, labels: selector, ...(type ? { annotations: skipAwait } : {}) },
    spec: {
      ...(type ? { type } : {}),
      selector,
      ports: ports.map(({ name, containerPort, servicePort }) => ({
        name,
        port: servicePort ?? containerPort,
        targetPort: containerPort,
        protocol: "TCP",
      })),
    },
  };
}

function container(spec: Microservice): IContainer {
  const { command, env = [], ports = [], readiness, writable = {} } = spec;
  return {
    name: spec.container ?? spec.name,
    image: spec.image,
    ...(command ? { command } : {}),
    ...(env.length > 0 ? { env } : {}),
    ...(ports.length > 0
      ? { ports: ports.map(({ name, containerPort }) => ({ name, containerPort, protocol: "TCP" as const })) }
      : {}),
    ...(readiness ? { readinessProbe: readiness } : {}),
    resources: spec.resources,
    securityContext: spec.securityContext,
    ...(Object.keys(writable).length > 0
      ? { volumeMounts: Object.entries(writable).map(([name, mountPath]) => ({ name, mountPath })) }
      : {}),
  };
}

/** The Deployment alone; several may share a Service and a service account. */
export function deployment(spec: Microservice): IDeployment & Manifest {
  const { name, namespace, labels, podSecurityContext, writable = {} } = spec;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: spec.replicas ?? 1,
      selector: { matchLabels: spec.selector ?? labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: spec.serviceAccount,
          ...withoutToken,
          ...(podSecurityContext ? { securityContext: podSecurityContext } : {}),
          containers: [container(spec)],
          ...(Object.keys(writable).length > 0
            ? { volumes: Object.keys(writable).map((name) => ({ name, emptyDir: {} })) }
            : {}),
        },
      },
    },
  };
}
