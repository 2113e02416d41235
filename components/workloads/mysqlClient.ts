import * as pulumi from "@pulumi/pulumi";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { ISecret, IServiceAccount } from "kubernetes-models/v1";
import { register, type Manifest } from "../manifest.js";
import { secretMarker, withSecretValues, type SecretValues } from "../secrets.js";
import { resources, startsAsRoot, withoutToken } from "./hardening.js";

export interface MysqlClientArgs {
  /** Namespace to run in. */
  namespace: string;
  /** Name of the Deployment and its service account. @default k8s-mysql */
  workload?: string;
  /** Name, in `secrets`, of the password the image sets for root and the client sends to the database. */
  passwordSecret: string;
  /** Image with the mysql client. @default mysql:8.4 */
  image?: string;
  /** Pods. @default 1 */
  replicas?: number;
}

const labels = { name: "lbl-k8s-mysql" };
const secretObject = "mysql-pass";
const dataVolume = "k8s-mysql-storage";

function serviceAccount(name: string, namespace: string): IServiceAccount & Manifest {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
    automountServiceAccountToken: false,
  };
}

function passwordSecret(args: MysqlClientArgs): ISecret & Manifest {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: secretObject, namespace: args.namespace },
    type: "Opaque",
    stringData: { password: secretMarker(args.passwordSecret) },
  };
}

function deployment(name: string, args: MysqlClientArgs): IDeployment & Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: args.namespace, labels },
    spec: {
      replicas: args.replicas ?? 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          ...withoutToken,
          containers: [
            {
              name: "mysql",
              image: args.image ?? "mysql:8.4",
              env: [
                { name: "MYSQL_ROOT_PASSWORD", valueFrom: { secretKeyRef: { name: secretObject, key: "password" } } },
              ],
              ports: [{ name: "mysql", containerPort: 3306, protocol: "TCP" }],
              resources: resources({ cpu: "50m", memory: "512Mi" }, { cpu: "500m", memory: "1Gi" }),
              // The entry point hands the data directory to the user mysql before it becomes that user.
              securityContext: startsAsRoot,
              volumeMounts: [{ name: dataVolume, mountPath: "/var/lib/mysql" }],
            },
          ],
          volumes: [{ name: dataVolume, emptyDir: {} }],
        },
      },
    },
  };
}

/** A pod from which `mysql` is run against the database. */
export function mysqlClientManifests(args: MysqlClientArgs): Manifest[] {
  const name = args.workload ?? "k8s-mysql";
  return [serviceAccount(name, args.namespace), passwordSecret(args), deployment(name, args)];
}

/** The MySQL client of the `rds` stack. */
export class MysqlClient extends pulumi.ComponentResource {
  /** What is registered, with markers where secret values stand. */
  public readonly manifests: Manifest[];

  constructor(
    name: string,
    args: MysqlClientArgs & {
      /** Secret values by name. */
      secrets: SecretValues;
    },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mesh-egress:index:MysqlClient", name, {}, opts);
    this.manifests = mysqlClientManifests(args);
    for (const manifest of this.manifests)
      register(`${name}-${manifest.metadata.name}`, withSecretValues(manifest, args.secrets), { parent: this });
    this.registerOutputs({ namespace: args.namespace });
  }
}
