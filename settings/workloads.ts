import { z } from "zod";
import { hostName, labels, objectName, port, secretName } from "./formats.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";

const mysqlClient = z
  .strictObject({
    kind: z.literal("mysql-client"),
    namespace: objectName.describe("Namespace to run in."),
    name: objectName.max(40).default("k8s-mysql").describe("Name of the Deployment and its service account."),
    passwordSecret: secretName.describe("Key under `secrets` that holds the password of root."),
    image: z.string().default("mysql:8.4").describe("Image with the mysql client."),
    replicas: z.int().min(0).default(1).describe("Pods."),
  })
  .describe("A pod from which `mysql` is run against the database.");

const bookinfo = z
  .strictObject({
    kind: z.literal("bookinfo"),
    namespace: objectName.describe("Namespace to run in."),
    version: z.string().default("1.20.3").describe("Version of the images."),
    mongo: z
      .strictObject({
        host: hostName.describe("Host that ratings dials."),
        port: port.default(27017).describe("Port."),
        database: objectName.default("test").describe("Database with the ratings and their user."),
        user: z.string().default("bookinfo").describe("User with the right to read."),
        passwordSecret: secretName.describe("Key under `secrets` that holds the user's password."),
        tls: z.boolean().default(false).describe("The application opens TLS itself; the tls- modes need it."),
      })
      .optional()
      .describe("MongoDB with the ratings. Default: none, and ratings come from memory."),
  })
  .describe("Bookinfo, with its ratings in MongoDB.");

const bookstore = z
  .strictObject({
    kind: z.literal("bookstore"),
    namespace: objectName.describe("Namespace to run in."),
    apiImage: z.string().default("nginx:1.28").describe("Image of the API server."),
    clientImage: z.string().default("alpine:3.22").describe("Image of the client."),
  })
  .describe("An API server and a client, told apart by labels.");

const retail = z
  .strictObject({
    kind: z.literal("retail"),
    namespaces: z
      .strictObject({
        ui: objectName.default("ui").describe("Namespace of the pages."),
        catalog: objectName.default("catalog").describe("Namespace of the catalog and its database."),
        orders: objectName.default("orders").describe("Namespace of the orders."),
      })
      .prefault({})
      .describe("Namespaces of its parts."),
    passwordSecret: secretName.describe("Key under `secrets` that holds the password of the catalog's database."),
    version: z.string().default("1.2.2").describe("Version of the images."),
  })
  .describe("A shop: pages, catalog with MySQL, orders.");

const boutique = z
  .strictObject({
    kind: z.literal("boutique"),
    namespace: objectName.describe("Namespace to run in."),
    version: z.string().default("v0.10.3").describe("Version of the images."),
    loadBalancer: z
      .boolean()
      .default(true)
      .describe("Open the shop by a load balancer of its own, past the mesh's ingress gateway."),
    loadGenerator: z.boolean().default(false).describe("Run a client that buys all the time."),
  })
  .describe("Online Boutique.");

const deployment = z
  .strictObject({
    kind: z.literal("deployment"),
    name: objectName.max(50).describe("Name of Deployment, service account and Service."),
    namespace: objectName.describe("Namespace to run in."),
    image: z.string().min(1).describe("Container image."),
    labels: labels.optional().describe("Labels of the pods. Default: `app` with the name."),
    ports: z
      .array(
        z.strictObject({
          name: objectName.max(15).describe("Name; its first part is the protocol, such as `http` or `tcp-mysql`."),
          port: port.describe("Port the container listens on."),
          servicePort: port.optional().describe("Port of the Service. Default: the container's."),
        }),
      )
      .default([])
      .describe("Ports; with one there is a Service too."),
    env: z.record(z.string(), z.string()).default({}).describe("Environment in plain."),
    secretEnv: z
      .record(z.string(), secretName)
      .default({})
      .describe("Environment from secrets: variable to key under `secrets`."),
    command: z.array(z.string()).min(1).optional().describe("Command in place of the image's."),
    replicas: z.int().min(0).default(1).describe("Pods."),
    serviceAccount: objectName
      .optional()
      .describe("Service account that exists already. Default: one of its own, named like the workload."),
    runAsUser: z
      .int()
      .min(1)
      .optional()
      .describe("User the container runs as. Needed where the image would run as root, or names its user by a word."),
  })
  .describe("A workload of your own.");

/** `workloads`: what runs in the namespaces. */
export const workloadsSchema = z
  .array(z.discriminatedUnion("kind", [mysqlClient, bookinfo, bookstore, retail, boutique, deployment]))
  .default([]);
export type WorkloadSettings = z.output<typeof workloadsSchema>[number];

/** Namespaces a workload puts pods into, by the key that names each. */
export function workloadHomes(workload: WorkloadSettings): Record<string, string> {
  return workload.kind === "retail"
    ? Object.fromEntries(Object.entries(workload.namespaces).map(([part, name]) => [`namespaces.${part}`, name]))
    : { namespace: workload.namespace };
}

/** What tells a workload from every other of the stack, whatever its place in the list. */
export function workloadIdentity(workload: WorkloadSettings): string {
  switch (workload.kind) {
    case "mysql-client":
    case "deployment":
      return `${workload.namespace}/${workload.name}`;
    case "retail":
      return `${workload.namespaces.catalog}/retail`;
    default:
      return `${workload.namespace}/${workload.kind}`;
  }
}

/** The API server takes neither two ports of one name nor two of one number. */
function portProblems(workload: WorkloadSettings, index: number): Problem[] {
  if (workload.kind !== "deployment") return [];
  const path = (key: string, j: number) => `workloads[${index}].ports[${j}].${key}`;
  const { ports } = workload;
  return [
    ...repeated(
      ports.map(({ name }, j) => ({ path: path("name", j), value: name })),
      () => "is the name of another port too",
      "Rename one",
    ),
    ...repeated(
      ports.map(({ port, servicePort = port }, j) => ({ path: path("servicePort", j), value: servicePort })),
      () => "is the Service's port of another port too",
      "Write a port of its own",
    ),
  ];
}

/** Workloads without a namespace to run in, and two of one identity. */
export function workloadProblems(workloads: WorkloadSettings[], namespaces: string[]): Problem[] {
  const homeless = workloads.flatMap((workload, index) =>
    Object.entries(workloadHomes(workload)).flatMap(([key, value]) =>
      namespaces.includes(value)
        ? []
        : [
            {
              path: `workloads[${index}].${key}`,
              value,
              reason: "is not among `namespaces`",
              instead: "List it there",
            },
          ],
    ),
  );
  // A mysql-client is a Deployment of its name too.
  const kinds = { "mysql-client": "deployment" } as Record<string, string>;
  const identities = workloads.map(
    (workload) => `${kinds[workload.kind] ?? workload.kind} ${workloadIdentity(workload)}`,
  );
  const twins = repeated(
    identities.map((identity, index) => ({ path: `workloads[${index}]`, value: identity })),
    () => "is there already",
    "Give it another name or namespace",
  );
  return [...homeless, ...twins, ...workloads.flatMap(portProblems)];
}
