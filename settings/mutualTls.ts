import { z } from "zod";
import { refusal } from "./settingsMessages.js";
import { labels, objectName, port } from "./formats.js";
import { makesMesh } from "./mesh.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";
import type { Settings } from "./schema.js";

const mode = z.enum(["STRICT", "PERMISSIVE", "DISABLE"]);

const workload = z.strictObject({
  name: objectName.describe("Name of the policy."),
  namespace: objectName.describe("Namespace of the workload."),
  labels: labels
    .refine((value) => Object.keys(value).length > 0, refusal("selects-every-pod"))
    .describe("Labels of the workload's pods."),
  mode: mode.default("STRICT").describe("What the workload accepts."),
  ports: z
    .array(
      z.strictObject({
        port: port.describe("Port the container listens on."),
        mode: mode.describe("What the port accepts."),
        servicePort: port.optional().describe("Port of the Service that leads there. Default: the container's port."),
      }),
    )
    .default([])
    .describe("Ports that differ from the rest of the workload."),
  services: z
    .array(objectName)
    .default([])
    .describe("Services that lead to the workload: their clients get the matching DestinationRule."),
});

/** `mutualTls`: what workloads accept, from the mesh down to a port. */
export const mutualTlsSchema = z.strictObject({
  mode: mode
    .optional()
    .describe(
      "What every workload of the mesh accepts. PERMISSIVE lets clients without a sidecar in, unencrypted. Default: STRICT; with `mesh.install: false` nothing is written for the whole mesh until you set it. With `gateway.install: false` it is what the gateway's owner has written.",
    ),
  namespaces: z
    .array(
      z.strictObject({
        namespace: objectName.describe("Namespace that differs from the mesh."),
        mode: mode.describe("What its workloads accept."),
      }),
    )
    .default([])
    .describe("Namespaces that differ from the mesh."),
  workloads: z.array(workload).default([]).describe("Workloads that differ from their namespace."),
});
export type MutualTlsSettings = z.output<typeof mutualTlsSchema>;

/** Whether the policy of the whole mesh is the stack's to write: of a mesh that it makes, or where it is asked for. */
export function writesMeshPolicy({
  mutualTls,
  mesh,
  gateway,
}: Pick<Settings, "mutualTls" | "mesh" | "gateway">): boolean {
  return gateway.tenant === undefined && (makesMesh(mesh) || mutualTls.mode !== undefined);
}

interface Scopes {
  rootNamespace: string;
  /** Whether the mesh's own policy is written. @default true */
  wholeMesh?: boolean;
  namespaces?: { namespace: string }[];
  workloads?: { name: string; namespace: string; services?: string[]; ports?: { port: number }[] }[];
}

function twice(what: string, entries: { path: string; value: string }[]): Problem[] {
  const reason = () => `has a policy already, and of two for one ${what} the mesh reads the older alone`;
  return repeated(entries, reason, "Keep one of them");
}

/** Scopes with two policies, of which the mesh would silently ignore one. */
export function mutualTlsProblems({
  rootNamespace,
  wholeMesh = true,
  namespaces = [],
  workloads = [],
}: Scopes): Problem[] {
  const path = "mutualTls.workloads";
  return [
    ...twice("namespace", [
      ...(wholeMesh ? [{ path: "mutualTls.mode", value: rootNamespace }] : []),
      ...namespaces.map(({ namespace }, i) => ({ path: `mutualTls.namespaces[${i}].namespace`, value: namespace })),
    ]),
    ...twice(
      "workload",
      workloads.map(({ name, namespace }, i) => ({ path: `${path}[${i}].name`, value: `${namespace}/${name}` })),
    ),
    ...twice(
      "service",
      workloads.flatMap(({ namespace, services = [] }, i) =>
        services.map((service, j) => ({ path: `${path}[${i}].services[${j}]`, value: `${namespace}/${service}` })),
      ),
    ),
    ...workloads.flatMap(({ ports = [] }, i) =>
      repeated(
        ports.map(({ port }, j) => ({ path: `${path}[${i}].ports[${j}].port`, value: port })),
        () => "has a mode already, and the policy holds one for each port",
        "Keep one of them",
      ),
    ),
  ];
}
