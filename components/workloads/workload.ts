import type * as pulumi from "@pulumi/pulumi";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type {
  IContainer,
  IEnvVar,
  IPodSecurityContext,
  ISecret,
  ISecurityContext,
  IService,
  IServiceAccount,
} from "kubernetes-models/v1";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { secretPlaceholder, secretValueOf, type SecretValues } from "../secrets.js";

/** What its manifests are made of. */
export interface WorkloadSpec {
  /** Name of Deployment, service account and, with ports, Service. */
  workload: string;
  /** Namespace to run in. */
  namespace: string;
  /** Container image. */
  image: string;
  /** Labels of the pods. @default app: name */
  labels?: Record<string, string>;
  /** Ports; with one there is a Service too. @default none */
  ports?: { name: string; port: number; servicePort?: number }[];
  /** Environment in plain. @default empty */
  env?: Record<string, string>;
  /** Environment from secrets: variable to name in `secrets`. @default empty */
  secretEnv?: Record<string, string>;
  /** Command in place of the image's. @default the image's */
  command?: string[];
  /** Pods. @default 1 */
  replicas?: number;
  /** Service account, when it is not created here. @default one of its own, named like the workload */
  serviceAccount?: string;
  /** User the container runs as, when the image names none or names it by a word. @default the image's */
  runAsUser?: number;
  /** CPU and memory. @default 50m and 64Mi requested, 500m and 256Mi at most */
  resources?: { request: { cpu: string; memory: string }; limit: { cpu: string; memory: string } };
}

export interface WorkloadArgs extends WorkloadSpec {
  /** Secret values by name. @default none */
  secrets?: SecretValues;
}

const modest = { request: { cpu: "50m", memory: "64Mi" }, limit: { cpu: "500m", memory: "256Mi" } };

function environmentSecret(name: string, namespace: string, secretEnv: Record<string, string>): ISecret & Manifest {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    type: "Opaque",
    stringData: Object.fromEntries(Object.entries(secretEnv).map(([key, secret]) => [key, secretPlaceholder(secret)])),
  };
}

/** What a container may do when its image runs as an ordinary user: nothing that needs a privilege on the node. */
const unprivileged: ISecurityContext = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** A user by number, for images that name none or name it by a word: the kubelet cannot tell a word from root. */
function asUser(id: number): IPodSecurityContext {
  return { runAsUser: id, runAsGroup: id, fsGroup: id };
}

/** One Deployment, hardened, with a service account of its own and a Service if it listens. */
export function workloadManifests(args: WorkloadSpec): Manifest[] {
  const { workload: name, namespace, labels = { app: name }, ports = [], secretEnv = {} } = args;
  return [
    ...(args.serviceAccount ? [] : [serviceAccount(name, namespace)]),
    ...(Object.keys(secretEnv).length > 0 ? [environmentSecret(`${name}-env`, namespace, secretEnv)] : []),
    ...(ports.length > 0 ? [service(name, namespace, labels, ports)] : []),
    deployment(args, labels),
  ];
}

function serviceAccount(name: string, namespace: string): IServiceAccount & Manifest {
  const metadata = { name, namespace };
  return { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false };
}

function service(
  name: string,
  namespace: string,
  selector: Record<string, string>,
  ports: NonNullable<WorkloadSpec["ports"]>,
): IService & Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: selector },
    spec: {
      selector,
      ports: ports.map(({ name: portName, port, servicePort = port }) => ({
        name: portName,
        port: servicePort,
        targetPort: port,
        protocol: "TCP",
      })),
    },
  };
}

function deployment(args: WorkloadSpec, labels: Record<string, string>): IDeployment & Manifest {
  const { workload: name, namespace, runAsUser } = args;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: args.replicas ?? 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: args.serviceAccount ?? name,
          // It does not call the API server, so it gets no token for it.
          automountServiceAccountToken: false,
          ...(runAsUser === undefined ? {} : { securityContext: asUser(runAsUser) }),
          containers: [container(args)],
        },
      },
    },
  };
}

function container({
  workload: name,
  image,
  command,
  ports = [],
  resources = modest,
  ...rest
}: WorkloadSpec): IContainer {
  const env = environment(`${name}-env`, rest);
  return {
    name,
    image,
    ...(command ? { command } : {}),
    ...(env.length > 0 ? { env } : {}),
    ...(ports.length > 0
      ? { ports: ports.map((each) => ({ name: each.name, containerPort: each.port, protocol: "TCP" as const })) }
      : {}),
    // Requests keep a small node schedulable; limits keep one workload from starving the others.
    resources: { requests: resources.request, limits: resources.limit },
    securityContext: unprivileged,
  };
}

function environment(secret: string, { env = {}, secretEnv = {} }: Pick<WorkloadSpec, "env" | "secretEnv">): IEnvVar[] {
  return [
    ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ...Object.keys(secretEnv).map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: secret, key } } })),
  ];
}

/** A workload of the user's own. */
export class Workload extends ManifestComponent {
  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      componentType("Workload"),
      name,
      workloadManifests(args),
      { values: secretValueOf(args.secrets ?? {}) },
      opts,
    );
    this.registerOutputs({ workload: args.workload, namespace: args.namespace });
  }
}
