import { z } from "zod";

/** A name of Kubernetes: DNS-1123 subdomain. */
const anyOrName = z
  .string()
  .regex(/^(\*|[a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/, "expected * or a name in lower case, such as orders-client");

const caller = z.strictObject({
  namespace: anyOrName.optional().describe("Namespace. Default: any."),
  workload: anyOrName.optional().describe("Name of the Deployment or other workload. Default: any."),
  serviceAccount: anyOrName.optional().describe("Service account. Default: any."),
});

const target = z.strictObject({
  database: anyOrName.optional().describe("Name of a database of this stack. Default: any."),
  host: z.string().optional().describe("Host. Default: any."),
  port: z.number().int().min(1).max(65535).optional().describe("Port. Default: any."),
});

const verdict = z.enum(["gateway", "direct", "blocked", "misrouted", "unknown"]);

/** One assertion about who reaches what. */
export const assertionSchema = z.strictObject({
  name: z.string().optional().describe("Title of the assertion in reports."),
  from: z.union([z.literal("*"), caller]).describe("Clients that it applies to."),
  except: z.array(caller).optional().describe("Clients that it does not apply to, although `from` matches them."),
  to: z.union([z.literal("*"), target]).describe("Databases that it applies to."),
  expect: z
    .union([verdict, z.array(verdict).min(1)])
    .optional()
    .describe("What the mesh does with the connection."),
  encrypted: z
    .union([z.boolean(), z.literal("unknown")])
    .optional()
    .describe(
      "`true`: every hop is known to use some form of TLS. `false`: a hop uses none. `unknown`: the application may speak TLS of its own, which the mesh cannot see.",
    ),
  identity: z.boolean().optional().describe("The gateway authenticates the client by its certificate."),
  exposes: z
    .enum(["nothing", "handshake"])
    .optional()
    .describe("What a blocked client still receives: nothing, or the handshake packet of a server-first protocol."),
  bypass: z.enum(["open", "blocked", "unknown"]).optional().describe("Whether a client can bypass its sidecar."),
});

export const assertionsSchema = z.array(assertionSchema);
