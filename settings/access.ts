import { z } from "zod";
import { objectName, port } from "./formats.js";

const anyOrName = z.union([z.literal("*"), objectName]);

const caller = z.strictObject({
  namespace: anyOrName.optional().describe("Namespace. Default: any."),
  workload: anyOrName.optional().describe("Name of the Deployment or other workload. Default: any."),
  serviceAccount: anyOrName.optional().describe("Service account. Default: any."),
});

const target = z.strictObject({
  database: anyOrName.optional().describe("Name of a database of this stack. Default: any."),
  host: z.string().optional().describe("Host. Default: any."),
  port: port.optional().describe("Port. Default: any."),
});

const verdict = z.enum(["gateway", "direct", "blocked", "misrouted", "unknown"]);

const assertion = z.strictObject({
  name: z.string().optional().describe("What reports call the promise."),
  from: z.union([z.literal("*"), caller]).describe("Callers it speaks of."),
  except: z.array(caller).optional().describe("Callers it does not speak of."),
  to: z.union([z.literal("*"), target]).describe("Databases it speaks of."),
  expect: z
    .union([verdict, z.array(verdict).min(1)])
    .optional()
    .describe("What the mesh does with the connection."),
  encrypted: z.boolean().optional().describe("Every hop carries some form of TLS."),
  identity: z.boolean().optional().describe("The gateway knows the caller by its certificate."),
  exposes: z
    .enum(["nothing", "greeting"])
    .optional()
    .describe("What a blocked caller receives all the same: nothing, or the greeting of a server that speaks first."),
  around: z
    .enum(["open", "blocked", "unknown"])
    .optional()
    .describe("What happens to a caller that avoids its sidecar."),
});

/** `access`: promises about reach. A broken one fails preview and up before anything is applied. */
export const accessSchema = z.strictObject({
  assert: z.array(assertion).default([]).describe("Promises, each checked against every pair it speaks of."),
});
export type AccessSettings = z.output<typeof accessSchema>;
