import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { IDestinationRule, IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { IEnvVar, ISecret } from "kubernetes-models/v1";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { secretPlaceholder, secretValueOf, type SecretValues } from "../secrets.js";
import { resources, unprivileged } from "./hardening.js";
import { deployment, service, serviceAccount } from "./microservice.js";

/** The MongoDB that the second version of ratings reads. */
export interface BookinfoDatabase {
  /** Host the application dials. */
  host: string;
  /** Port. @default 27017 */
  port?: number;
  /** Database, which also holds its user. @default test */
  database?: string;
  /** User with the right to read. @default bookinfo */
  user?: string;
  /** Name, in `secrets`, of the user's password. */
  passwordSecret: string;
  /** Whether the application opens TLS itself. @default false */
  tls?: boolean;
}

/** What its manifests are made of. */
export interface BookinfoSpec {
  /** Namespace to run in. */
  namespace: string;
  /** MongoDB with the ratings. @default none: the second version of ratings is left out and the first answers */
  mongo?: BookinfoDatabase;
  /** Version of the images. @default 1.20.3 */
  version?: string;
}

export interface BookinfoArgs extends BookinfoSpec {
  /** Secret values by name. @default none */
  secrets?: SecretValues;
  /** Provider of the API server that holds Istio's resources. @default the component's */
  meshProvider?: k8s.Provider;
}

interface Service {
  app: string;
  versions: string[];
  /** Directories its image writes to. */
  writable?: Record<string, string>;
  memory: { request: string; limit: string };
  env?: IEnvVar[];
}

const port = { name: "http", containerPort: 9080 };
const mongoSecret = "ratings-mongodb";
/** The version whose reviews call ratings, so that the database's stars are seen. */
const shownReviews = "v3";

const services: Service[] = [
  { app: "details", versions: ["v1"], memory: { request: "64Mi", limit: "256Mi" } },
  {
    app: "reviews",
    versions: ["v1", "v2", "v3"],
    writable: { tmp: "/tmp", "wlp-output": "/opt/ibm/wlp/output" },
    memory: { request: "256Mi", limit: "768Mi" },
    env: [{ name: "LOG_DIR", value: "/tmp/logs" }],
  },
  { app: "productpage", versions: ["v1"], writable: { tmp: "/tmp" }, memory: { request: "256Mi", limit: "512Mi" } },
];

function ratings(mongo: BookinfoDatabase | undefined): Service {
  return { app: "ratings", versions: mongo ? ["v1", "v2"] : ["v1"], memory: { request: "64Mi", limit: "256Mi" } };
}

function mongoUrl(mongo: BookinfoDatabase): string {
  const { host, port = 27017, database = "test", user = "bookinfo", passwordSecret, tls = false } = mongo;
  const login = `${encodeURIComponent(user)}:${secretPlaceholder(passwordSecret, "url")}`;
  return `mongodb://${login}@${host}:${port}/${database}?authSource=${database}&ssl=${tls}`;
}

/** The whole URL is a secret, because the password is part of it. */
function databaseSecret(namespace: string, mongo: BookinfoDatabase): ISecret & Manifest {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: mongoSecret, namespace },
    type: "Opaque",
    stringData: { url: mongoUrl(mongo) },
  };
}

/** The second version of ratings has an account of its own: it alone needs the database. */
function accountOf(app: string, version: string): string {
  return app === "ratings" && version === "v2" ? "bookinfo-ratings-v2" : `bookinfo-${app}`;
}

function environment(app: string, version: string, env: IEnvVar[] = []): IEnvVar[] {
  return app === "ratings" && version === "v2"
    ? [...env, { name: "MONGO_DB_URL", valueFrom: { secretKeyRef: { name: mongoSecret, key: "url" } } }]
    : env;
}

function workloads({ app, versions, writable, memory, env }: Service, args: BookinfoSpec): Manifest[] {
  const { namespace, version: release = "1.20.3" } = args;
  const accounts = [...new Set(versions.map((version) => accountOf(app, version)))];
  return [
    ...accounts.map((account) => serviceAccount(account, namespace)),
    service(app, namespace, { app }, [port]),
    ...versions.map((version) =>
      deployment({
        name: `${app}-${version}`,
        namespace,
        labels: { app, version },
        image: `istio/examples-bookinfo-${app}-${version}:${release}`,
        container: app,
        serviceAccount: accountOf(app, version),
        ports: [port],
        env: environment(app, version, env),
        writable,
        resources: resources({ cpu: "50m", memory: memory.request }, { cpu: "1", memory: memory.limit }),
        securityContext: unprivileged,
      }),
    ),
  ];
}

/**
 * Names a service's versions. Exported as far as the Service itself, so that it merges with other rules for the host:
 * the mesh merges rules of one namespace only when they are exported alike.
 */
function subsets(namespace: string, { app, versions }: Service): IDestinationRule & Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: app, namespace },
    spec: {
      host: `${app}.${namespace}.svc.cluster.local`,
      subsets: versions.map((version) => ({ name: version, labels: { version } })),
    },
  };
}

function routeTo(namespace: string, app: string, version: string): IVirtualService & Manifest {
  const host = `${app}.${namespace}.svc.cluster.local`;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: app, namespace },
    spec: {
      hosts: [host],
      exportTo: ["."],
      http: [{ route: [{ destination: { host, subset: version } }] }],
    },
  };
}

/** Bookinfo, its reviews shown in the version with stars, its ratings read from MongoDB where there is one. */
export function bookinfoManifests(args: BookinfoSpec): Manifest[] {
  const { namespace, mongo } = args;
  const all = [...services, ratings(mongo)];
  return [
    ...(mongo ? [databaseSecret(namespace, mongo)] : []),
    ...all.flatMap((part) => workloads(part, args)),
    ...all.map((part) => subsets(namespace, part)),
    routeTo(namespace, "reviews", shownReviews),
    routeTo(namespace, "ratings", mongo ? "v2" : "v1"),
  ];
}

/** The workloads of the `bookinfo` stack. */
export class Bookinfo extends ManifestComponent {
  constructor(name: string, args: BookinfoArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      componentType("Bookinfo"),
      name,
      bookinfoManifests(args),
      { values: secretValueOf(args.secrets ?? {}), meshProvider: args.meshProvider },
      opts,
    );
    this.registerOutputs({ namespace: args.namespace });
  }
}
