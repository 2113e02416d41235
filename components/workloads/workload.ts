import type * as pulumi from "@pulumi/pulumi";
import type { ISecret } from "kubernetes-models/v1";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { secretPlaceholder, secretValueOf, type SecretValues } from "../secrets.js";
import { asUser, resources, unprivileged } from "./hardening.js";
import { deployment, service, serviceAccount } from "./microservice.js";

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

/** One Deployment, hardened, with a service account of its own and a Service if it listens. */
export function workloadManifests(args: WorkloadSpec): Manifest[] {
  const { workload: name, namespace, labels = { app: name }, env = {}, secretEnv = {} } = args;
  const secret = `${name}-env`;
  const ports = (args.ports ?? []).map(({ port, ...rest }) => ({ ...rest, containerPort: port }));
  const { request, limit } = args.resources ?? modest;
  return [
    ...(args.serviceAccount ? [] : [serviceAccount(name, namespace)]),
    ...(Object.keys(secretEnv).length > 0 ? [environmentSecret(secret, namespace, secretEnv)] : []),
    ...(ports.length > 0 ? [service(name, namespace, labels, ports)] : []),
    deployment({
      name,
      namespace,
      labels,
      image: args.image,
      serviceAccount: args.serviceAccount ?? name,
      replicas: args.replicas,
      command: args.command,
      ports,
      env: [
        ...Object.entries(env).map(([key, value]) => ({ name: key, value })),
        ...Object.keys(secretEnv).map((key) => ({
          name: key,
          valueFrom: { secretKeyRef: { name: secret, key } },
        })),
      ],
      resources: resources(request, limit),
      securityContext: unprivileged,
      ...(args.runAsUser === undefined ? {} : { podSecurityContext: asUser(args.runAsUser) }),
    }),
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
