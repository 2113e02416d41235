import { packageSchema } from "./docs/packageSchema.js";

/** Prints the schema of the package for every Pulumi language. */
process.stdout.write(`${JSON.stringify(packageSchema().schema, null, 2)}\n`);
