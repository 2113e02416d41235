import type * as pulumi from "@pulumi/pulumi";
import type { ISecret } from "kubernetes-models/v1";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { secretPlaceholder, secretValueOf, type SecretValues } from "../secrets.js";
import { resources, startsAsRoot } from "./hardening.js";
import { deployment, serviceAccount } from "./microservice.js";

/** What its manifests are made of. */
export interface MysqlClientSpec {
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

export interface MysqlClientArgs extends MysqlClientSpec {
  /** Secret values by name. */
  secrets: SecretValues;
}

function passwordSecret(name: string, args: MysqlClientSpec): ISecret & Manifest {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: args.namespace },
    type: "Opaque",
    stringData: { password: secretPlaceholder(args.passwordSecret) },
  };
}

/** A pod from which `mysql` is run against the database. */
export function mysqlClientManifests(args: MysqlClientSpec): Manifest[] {
  const name = args.workload ?? "k8s-mysql";
  const secret = `${name}-pass`;
  return [
    serviceAccount(name, args.namespace),
    passwordSecret(secret, args),
    deployment({
      name,
      namespace: args.namespace,
      labels: { name: `lbl-${name}` },
      image: args.image ?? "mysql:8.4",
      container: "mysql",
      serviceAccount: name,
      replicas: args.replicas,
      env: [{ name: "MYSQL_ROOT_PASSWORD", valueFrom: { secretKeyRef: { name: secret, key: "password" } } }],
      ports: [{ name: "mysql", containerPort: 3306 }],
      writable: { [`${name}-storage`]: "/var/lib/mysql" },
      resources: resources({ cpu: "50m", memory: "512Mi" }, { cpu: "500m", memory: "1Gi" }),
      // The entry point hands the data directory to the user mysql before it becomes that user.
      securityContext: startsAsRoot,
    }),
  ];
}

/** The MySQL client of the `rds` stack. */
export class MysqlClient extends ManifestComponent {
  constructor(name: string, args: MysqlClientArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      componentType("MysqlClient"),
      name,
      mysqlClientManifests(args),
      { values: secretValueOf(args.secrets) },
      opts,
    );
    this.registerOutputs({ namespace: args.namespace });
  }
}
