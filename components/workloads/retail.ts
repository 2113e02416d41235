import type * as pulumi from "@pulumi/pulumi";
import type { IEnvVar, ISecret } from "kubernetes-models/v1";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { secretPlaceholder, secretValueOf, type SecretValues } from "../secrets.js";
import { asUser, readOnly, resources, startsAsRoot } from "./hardening.js";
import { deployment, service, serviceAccount } from "./microservice.js";

/** Namespaces of the shop's parts. */
export interface RetailNamespaces {
  /** The pages. @default ui */
  ui?: string;
  /** The catalog and its database. @default catalog */
  catalog?: string;
  /** The orders. @default orders */
  orders?: string;
}

/** What its manifests are made of. */
export interface RetailSpec {
  /** Namespaces of its parts. @default ui, catalog, orders */
  namespaces?: RetailNamespaces;
  /** Name, in `secrets`, of the password of the catalog's database. */
  passwordSecret: string;
  /** Version of the images. @default 1.2.2 */
  version?: string;
}

export interface RetailArgs extends RetailSpec {
  /** Secret values by name. */
  secrets: SecretValues;
}

type Component = "service" | "mysql";

const repository = "public.ecr.aws/aws-containers/retail-store-sample";
const http = { name: "http", containerPort: 8080, servicePort: 80 };
/** Its own name, so that the mesh does not take a protocol for granted whose server speaks first. */
const mysqlPort = { name: "tcp-mysql", containerPort: 3306 };
const databaseName = "catalog";
const databaseSecret = "catalog-db";
/** The number of the images' user. */
const appUser = 1000;

function labels(name: string, component: Component): Record<string, string> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/component": component };
}

function fromSecret(name: string, key: string): IEnvVar {
  return { name, valueFrom: { secretKeyRef: { name: databaseSecret, key } } };
}

/** A service of the shop: one image, HTTP, an account of its own. */
function shopService(
  name: string,
  namespace: string,
  args: RetailSpec,
  { env, health, memory }: { env: IEnvVar[]; health: string; memory: { request: string; limit: string } },
): Manifest[] {
  return [
    serviceAccount(name, namespace),
    service(name, namespace, labels(name, "service"), [http]),
    deployment({
      name,
      namespace,
      labels: labels(name, "service"),
      image: `${repository}-${name}:${args.version ?? "1.2.2"}`,
      serviceAccount: name,
      ports: [http],
      env,
      writable: { tmp: "/tmp" },
      resources: resources({ cpu: "100m", memory: memory.request }, { cpu: "1", memory: memory.limit }),
      securityContext: readOnly,
      podSecurityContext: asUser(appUser),
      readiness: { httpGet: { path: health, port: http.containerPort } },
    }),
  ];
}

function catalogDatabase(namespace: string, passwordSecret: string): Manifest[] {
  const secret: ISecret & Manifest = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: databaseSecret, namespace },
    type: "Opaque",
    stringData: { username: "catalog", password: secretPlaceholder(passwordSecret) },
  };
  return [
    secret,
    serviceAccount("catalog-mysql", namespace),
    service("catalog-mysql", namespace, labels("catalog", "mysql"), [mysqlPort]),
    deployment({
      name: "catalog-mysql",
      namespace,
      labels: labels("catalog", "mysql"),
      image: "mysql:8.4",
      container: "mysql",
      serviceAccount: "catalog-mysql",
      ports: [mysqlPort],
      env: [
        // Nobody logs in as root: its password is made up at the first start and thrown away.
        { name: "MYSQL_RANDOM_ROOT_PASSWORD", value: "yes" },
        { name: "MYSQL_DATABASE", value: databaseName },
        fromSecret("MYSQL_USER", "username"),
        fromSecret("MYSQL_PASSWORD", "password"),
      ],
      writable: { data: "/var/lib/mysql" },
      resources: resources({ cpu: "100m", memory: "512Mi" }, { cpu: "1", memory: "1Gi" }),
      // The entry point hands the data directory to the user mysql before it becomes that user.
      securityContext: startsAsRoot,
    }),
  ];
}

/** Pages, catalog with its database, and orders, each in a namespace of its own. */
export function retailManifests(args: RetailSpec): Manifest[] {
  const { ui = "ui", catalog = "catalog", orders = "orders" } = args.namespaces ?? {};
  const java = { request: "384Mi", limit: "1Gi" };
  return [
    ...shopService("ui", ui, args, {
      env: [
        { name: "RETAIL_UI_ENDPOINTS_CATALOG", value: `http://catalog.${catalog}.svc` },
        { name: "RETAIL_UI_ENDPOINTS_ORDERS", value: `http://orders.${orders}.svc` },
      ],
      health: "/actuator/health",
      memory: java,
    }),
    ...catalogDatabase(catalog, args.passwordSecret),
    ...shopService("catalog", catalog, args, {
      env: [
        { name: "RETAIL_CATALOG_PERSISTENCE_PROVIDER", value: "mysql" },
        { name: "RETAIL_CATALOG_PERSISTENCE_ENDPOINT", value: `catalog-mysql:${mysqlPort.containerPort}` },
        { name: "RETAIL_CATALOG_PERSISTENCE_DB_NAME", value: databaseName },
        fromSecret("RETAIL_CATALOG_PERSISTENCE_USER", "username"),
        fromSecret("RETAIL_CATALOG_PERSISTENCE_PASSWORD", "password"),
      ],
      health: "/health",
      memory: { request: "64Mi", limit: "256Mi" },
    }),
    ...shopService("orders", orders, args, {
      env: [
        { name: "RETAIL_ORDERS_PERSISTENCE_PROVIDER", value: "in-memory" },
        { name: "RETAIL_ORDERS_MESSAGING_PROVIDER", value: "in-memory" },
      ],
      health: "/actuator/health",
      memory: java,
    }),
  ];
}

/** The workloads of the `retail` stack. */
export class Retail extends ManifestComponent {
  constructor(name: string, args: RetailArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Retail"), name, retailManifests(args), { values: secretValueOf(args.secrets) }, opts);
    this.registerOutputs({ namespaces: args.namespaces ?? {} });
  }
}
