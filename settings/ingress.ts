import { z } from "zod";
import { refusal } from "./settingsMessages.js";
import { hostName, labels, objectName, port, secretName } from "./formats.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";

const gateway = z.strictObject({
  create: z.boolean().default(false).describe("Create the gateway. Default: use one that exists."),
  name: objectName.max(40).default("ingressgateway").describe("Name of the gateway."),
  namespace: objectName.default("istio-ingress").describe("Namespace of its pods, and of the TLS Secrets it serves."),
  selector: labels.optional().describe("Labels of its pods. Default: `istio` with the gateway's name."),
  replicas: z.int().min(1).default(2).describe("Pods. Two, so that losing one closes no door."),
  type: z
    .enum(["LoadBalancer", "ClusterIP"])
    .default("LoadBalancer")
    .describe("Type of its Service. ClusterIP where something else brings the traffic."),
});

const certificate = z
  .strictObject({
    secret: objectName.optional().describe("TLS Secret. Default: the entry's name with `-tls`."),
    certificateSecret: secretName
      .optional()
      .describe("Key under `secrets` with the certificate chain as PEM. Default: the TLS Secret exists already."),
    keySecret: secretName.optional().describe("Key under `secrets` with the private key as PEM."),
  })
  .refine(
    ({ certificateSecret, keySecret }) => (certificateSecret === undefined) === (keySecret === undefined),
    refusal("half-a-certificate"),
  );

const host = z.strictObject({
  name: objectName.max(40).describe("Name of the entry; resource names derive from it alone."),
  kind: z
    .enum(["mesh", "kubernetes"])
    .default("mesh")
    .describe("The mesh's ingress gateway, or the cluster's ingress controller."),
  host: hostName.describe("Host name that clients dial."),
  namespace: objectName.describe("Namespace of the Service."),
  service: objectName.describe("Service that answers."),
  port: port.default(80).describe("Port of the Service."),
  path: z.string().startsWith("/").default("/").describe("Requests below this path."),
  className: objectName.default("nginx").describe("Ingress class, for kind kubernetes."),
  tls: certificate.prefault({}).describe("Certificate the host is served with. Plain HTTP is not served."),
});

/** `ingress`: how clients outside the cluster come in, over HTTPS. */
export const ingressSchema = z.strictObject({
  gateway: gateway.prefault({}).describe("The mesh's ingress gateway."),
  waitForAddress: z
    .boolean()
    .optional()
    .describe(
      "Let `up` wait, ten minutes at most, until the gateway's Service and each Ingress have a load balancer's address. Default: `true`, and `false` on a cluster that exists, which may give none.",
    ),
  hosts: z.array(host).default([]).describe("Hosts and the Services behind them."),
});
export type IngressSettings = z.output<typeof ingressSchema>;

interface Context {
  meshKind: string;
  namespaces: { name: string; injection: boolean }[];
}

/** What the ingress cannot know of mesh and namespaces. */
export function ingressProblems({ gateway, hosts }: IngressSettings, context: Context): Problem[] {
  const listed = context.namespaces.map(({ name }) => name);
  const unlisted = hosts.flatMap(({ namespace }, index) =>
    listed.includes(namespace)
      ? []
      : [
          {
            path: `ingress.hosts[${index}].namespace`,
            value: namespace,
            reason: "is not among `namespaces`",
            instead: "List it there",
          },
        ],
  );
  return [
    ...gatewayProblems(gateway, context),
    ...unlisted,
    ...repeated(
      hosts.map(({ host, kind }, i) => ({
        path: `ingress.hosts[${i}].host`,
        value: host,
        identity: `${kind} ${host}`,
      })),
      () => "is served already, and of two entries for one host only one gets its requests",
      "Keep one of them",
    ),
    ...repeated(
      hosts.map(({ name }, i) => ({ path: `ingress.hosts[${i}].name`, value: name })),
      () => "is the name of another entry too",
      "Rename one",
    ),
  ];
}

function gatewayProblems(
  { create, namespace }: IngressSettings["gateway"],
  { meshKind, namespaces }: Context,
): Problem[] {
  if (!create) return [];
  if (meshKind === "asm")
    return [
      {
        path: "ingress.gateway.create",
        value: true,
        reason: "cannot be: ASM makes its gateways itself, in istio-system",
        instead: "Create it with ASM, leave `create` out and set ingress.gateway.namespace to istio-system",
      },
    ];
  return namespaces.some(({ name, injection }) => name === namespace && injection)
    ? []
    : [
        {
          path: "ingress.gateway.namespace",
          value: namespace,
          reason: "is no namespace with injection, which fills in the gateway's proxy",
          instead: "List it under `namespaces`",
        },
      ];
}
