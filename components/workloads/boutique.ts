import type * as pulumi from "@pulumi/pulumi";
import type { IProbe } from "kubernetes-models/v1";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { asUser, readOnly, resources } from "./hardening.js";
import { deployment, service, serviceAccount } from "./microservice.js";

export interface BoutiqueArgs {
  /** Namespace to run in. */
  namespace: string;
  /** Version of the images. @default v0.10.3 */
  version?: string;
  /** Open the shop by a load balancer of its own, past the mesh's ingress gateway. @default true */
  loadBalancer?: boolean;
  /** Run a client that buys all the time. @default false */
  loadGenerator?: boolean;
}

interface Part {
  name: string;
  /** Port of the container. */
  port: number;
  /** Port of the Service. @default the container's */
  servicePort?: number;
  protocol: "grpc" | "http" | "tcp";
  /** Services it calls. */
  calls?: PartName[];
  env?: Record<string, string>;
  cpu: string;
  memory: { request: string; limit: string };
}

type PartName = keyof typeof addressVariables;

/** The variable in which each service is told another's address. */
const addressVariables = {
  adservice: "AD_SERVICE_ADDR",
  cartservice: "CART_SERVICE_ADDR",
  checkoutservice: "CHECKOUT_SERVICE_ADDR",
  currencyservice: "CURRENCY_SERVICE_ADDR",
  emailservice: "EMAIL_SERVICE_ADDR",
  paymentservice: "PAYMENT_SERVICE_ADDR",
  productcatalogservice: "PRODUCT_CATALOG_SERVICE_ADDR",
  recommendationservice: "RECOMMENDATION_SERVICE_ADDR",
  shippingservice: "SHIPPING_SERVICE_ADDR",
  "redis-cart": "REDIS_ADDR",
};

const small = { request: "64Mi", limit: "128Mi" };
const middle = { request: "128Mi", limit: "256Mi" };
const large = { request: "220Mi", limit: "450Mi" };
/** Profilers send to the cloud's own service, which a cluster may not reach. */
const noProfiler = { DISABLE_PROFILER: "1" };

const frontend: Part = {
  name: "frontend",
  port: 8080,
  servicePort: 80,
  protocol: "http",
  calls: [
    "productcatalogservice",
    "currencyservice",
    "cartservice",
    "recommendationservice",
    "shippingservice",
    "checkoutservice",
    "adservice",
  ],
  // Asked for at the start although nothing answers there: the assistant is not part of the shop.
  env: { ENABLE_PROFILER: "0", SHOPPING_ASSISTANT_SERVICE_ADDR: "shoppingassistantservice:80" },
  cpu: "100m",
  memory: small,
};

const parts: Part[] = [
  { name: "adservice", port: 9555, protocol: "grpc", cpu: "100m", memory: { request: "180Mi", limit: "300Mi" } },
  { name: "cartservice", port: 7070, protocol: "grpc", calls: ["redis-cart"], cpu: "100m", memory: middle },
  {
    name: "checkoutservice",
    port: 5050,
    protocol: "grpc",
    calls: [
      "productcatalogservice",
      "shippingservice",
      "paymentservice",
      "emailservice",
      "currencyservice",
      "cartservice",
    ],
    cpu: "50m",
    memory: small,
  },
  { name: "currencyservice", port: 7000, protocol: "grpc", env: noProfiler, cpu: "50m", memory: middle },
  {
    name: "emailservice",
    port: 8080,
    servicePort: 5000,
    protocol: "grpc",
    env: noProfiler,
    cpu: "50m",
    memory: small,
  },
  frontend,
  { name: "paymentservice", port: 50051, protocol: "grpc", env: noProfiler, cpu: "50m", memory: middle },
  { name: "productcatalogservice", port: 3550, protocol: "grpc", env: noProfiler, cpu: "50m", memory: small },
  {
    name: "recommendationservice",
    port: 8080,
    protocol: "grpc",
    calls: ["productcatalogservice"],
    env: noProfiler,
    cpu: "100m",
    memory: large,
  },
  { name: "shippingservice", port: 50051, protocol: "grpc", env: noProfiler, cpu: "50m", memory: small },
];

/** The shop's images run as this user. */
const appUser = 1000;

function addressOf(name: string): string {
  const callee = name === redis.name ? redis : parts.find((part) => part.name === name);
  return `${name}:${callee?.servicePort ?? callee?.port}`;
}

const redis: Part = { name: "redis-cart", port: 6379, protocol: "tcp", cpu: "50m", memory: middle };

function readiness({ protocol, port }: Part): IProbe {
  if (protocol === "grpc") return { grpc: { port } };
  if (protocol === "http") return { httpGet: { path: "/_healthz", port } };
  return { tcpSocket: { port } };
}

function workload(part: Part, namespace: string, image: string): Manifest[] {
  const { name, port, servicePort, protocol, calls = [], env = {}, cpu, memory } = part;
  const ports = [{ name: protocol, containerPort: port, servicePort }];
  const variables = {
    ...(protocol === "tcp" ? {} : { PORT: String(port) }),
    ...Object.fromEntries(calls.map((callee) => [addressVariables[callee], addressOf(callee)])),
    ...env,
  };
  return [
    serviceAccount(name, namespace),
    service(name, namespace, { app: name }, ports),
    deployment({
      name,
      namespace,
      labels: { app: name },
      image,
      container: "server",
      serviceAccount: name,
      ports,
      env: Object.entries(variables).map(([key, value]) => ({ name: key, value })),
      ...(part === redis ? { writable: { data: "/data" } } : {}),
      resources: resources({ cpu, memory: memory.request }, { cpu: "300m", memory: memory.limit }),
      securityContext: readOnly,
      podSecurityContext: asUser(appUser),
      readiness: readiness(part),
    }),
  ];
}

function loadGenerator(namespace: string, image: string): Manifest[] {
  const name = "loadgenerator";
  return [
    serviceAccount(name, namespace),
    deployment({
      name,
      namespace,
      labels: { app: name },
      image,
      container: "main",
      serviceAccount: name,
      env: [
        { name: "FRONTEND_ADDR", value: "frontend:80" },
        { name: "USERS", value: "10" },
      ],
      resources: resources({ cpu: "100m", memory: "256Mi" }, { cpu: "500m", memory: "512Mi" }),
      securityContext: readOnly,
      podSecurityContext: asUser(appUser),
    }),
  ];
}

/** Online Boutique, opened by a load balancer unless told otherwise. */
export function boutiqueManifests(args: BoutiqueArgs): Manifest[] {
  const { namespace, version = "v0.10.3", loadBalancer = true } = args;
  const image = (name: string) => `us-central1-docker.pkg.dev/google-samples/microservices-demo/${name}:${version}`;
  const entrance = [{ name: "http", containerPort: frontend.port, servicePort: 80 }];
  return [
    ...parts.flatMap((part) => workload(part, namespace, image(part.name))),
    ...workload(redis, namespace, "redis:8-alpine"),
    ...(loadBalancer
      ? [service("frontend-external", namespace, { app: frontend.name }, entrance, "LoadBalancer")]
      : []),
    ...(args.loadGenerator ? loadGenerator(namespace, image("loadgenerator")) : []),
  ];
}

/** The workloads of the `boutique` stack. */
export class Boutique extends ManifestComponent {
  constructor(name: string, args: BoutiqueArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Boutique"), name, boutiqueManifests(args), {}, opts);
    this.registerOutputs({ namespace: args.namespace });
  }
}
