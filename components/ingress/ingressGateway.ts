import * as pulumi from "@pulumi/pulumi";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IRole, IRoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1";
import type { IService, IServiceAccount } from "kubernetes-models/v1";
import { registerAll, type Manifest } from "../manifest.js";

export interface IngressGatewayArgs {
  /** Name of the gateway. @default ingressgateway */
  gateway?: string;
  /** Namespace of its pods; must have injection, which fills in the proxy. */
  namespace: string;
  /** Labels of its pods. @default istio: name */
  selector?: Record<string, string>;
  /** Pods. @default 2 */
  replicas?: number;
  /** Type of its Service. @default LoadBalancer */
  type?: "LoadBalancer" | "ClusterIP";
}

type Shape = Required<Omit<IngressGatewayArgs, "gateway">> & { name: string };

/** Ports of the Service, and the unprivileged ones the proxy listens on instead. */
export const ingressPorts = { http: { port: 80, targetPort: 8080 }, https: { port: 443, targetPort: 8443 } };

function serviceAccount({ name, namespace }: Shape): IServiceAccount & Manifest {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } };
}

/** istiod hands a certificate to a gateway only if its account may list Secrets beside it: a narrower rule gives none. */
function credentialAccess({ name, namespace }: Shape): Manifest[] {
  const metadata = { name: `${name}-credentials`, namespace };
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
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
  return [role, binding];
}

function service({ name, namespace, selector, type }: Shape): IService & Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: selector },
    spec: {
      type,
      selector,
      ports: Object.entries(ingressPorts).map(([name, ports]) => ({ name, protocol: "TCP", ...ports })),
    },
  };
}

function deployment({ name, namespace, selector, replicas }: Shape): IDeployment & Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: selector },
    spec: {
      replicas,
      selector: { matchLabels: selector },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...selector, "sidecar.istio.io/inject": "true" },
          annotations: { "inject.istio.io/templates": "gateway" },
        },
        spec: {
          serviceAccountName: name,
          containers: [
            {
              name: "istio-proxy",
              image: "auto",
              resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "1Gi" } },
              securityContext: {
                runAsNonRoot: true,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
                seccompProfile: { type: "RuntimeDefault" },
              },
            },
          ],
        },
      },
    },
  };
}

function disruptionBudget({ name, namespace, selector }: Shape): IPodDisruptionBudget & Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
  };
}

/** A proxy that takes what comes from outside, and what keeps it up. */
export function ingressGatewayManifests(args: IngressGatewayArgs): Manifest[] {
  const { gateway: name = "ingressgateway", namespace } = args;
  const { selector = { istio: name }, replicas = 2, type = "LoadBalancer" } = args;
  const shape: Shape = { name, namespace, selector, replicas, type };
  return [
    serviceAccount(shape),
    ...credentialAccess(shape),
    service(shape),
    deployment(shape),
    disruptionBudget(shape),
  ];
}

/** The mesh's ingress gateway, on a mesh whose gateways are Deployments (Istio, Cloud Service Mesh). */
export class IngressGateway extends pulumi.ComponentResource {
  /** What is registered, as it will stand in the API server. */
  public readonly manifests: Manifest[];

  constructor(name: string, args: IngressGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:IngressGateway", name, {}, opts);
    this.manifests = ingressGatewayManifests(args);
    registerAll(name, this.manifests, { parent: this });
    this.registerOutputs({ namespace: args.namespace });
  }
}
