import { assertionsSchema } from "mesh-access/assertionSchema";
import { z } from "zod";

/** `access`: assertions about who reaches what. A failed one fails preview and up before anything is applied. */
export const accessSchema = z.strictObject({
  assert: assertionsSchema.default([]).describe("Assertions, each checked against every pair that it matches."),
});
export interface AccessSettings extends z.output<typeof accessSchema> {}
