import type * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { asUser, resources, startsAsRoot, unprivileged } from "./hardening.js";
import { deployment, service, serviceAccount } from "./microservice.js";

export interface BookstoreArgs {
  /** Namespace to run in. */
  namespace: string;
  /** Image of the API server. @default nginx:1.28 */
  apiImage?: string;
  /** Image of the client, which only waits to be used. @default alpine:3.22 */
  clientImage?: string;
}

const port = { name: "http", containerPort: 80 };
const app = "bookstore";
/** The number alpine gives the user nobody. */
const nobody = 65534;

/** An API server and a client of the same application, told apart by the label `role`. */
export function bookstoreManifests(args: BookstoreArgs): Manifest[] {
  const { namespace } = args;
  return [
    serviceAccount("apiserver", namespace),
    service("apiserver", namespace, { app, role: "api" }, [port]),
    deployment({
      name: "apiserver",
      namespace,
      labels: { app, role: "api" },
      image: args.apiImage ?? "nginx:1.28",
      serviceAccount: "apiserver",
      ports: [port],
      writable: { cache: "/var/cache/nginx", run: "/var/run" },
      resources: resources({ cpu: "50m", memory: "64Mi" }, { cpu: "500m", memory: "256Mi" }),
      // The master process binds port 80 and starts its workers as the user nginx.
      securityContext: {
        ...startsAsRoot,
        capabilities: { drop: ["ALL"], add: ["CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"] },
      },
      readiness: { httpGet: { path: "/", port: 80 } },
    }),
    serviceAccount("frontend", namespace),
    deployment({
      name: "frontend",
      namespace,
      labels: { app, role: "frontend" },
      image: args.clientImage ?? "alpine:3.22",
      serviceAccount: "frontend",
      command: ["sleep", "infinity"],
      resources: resources({ cpu: "10m", memory: "16Mi" }, { cpu: "200m", memory: "64Mi" }),
      securityContext: unprivileged,
      podSecurityContext: asUser(nobody),
    }),
  ];
}

/** The workloads of the `bookstore` stack. */
export class Bookstore extends ManifestComponent {
  constructor(name: string, args: BookstoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Bookstore"), name, bookstoreManifests(args), {}, opts);
    this.registerOutputs({ namespace: args.namespace });
  }
}
