import { readFile } from "node:fs/promises";
import { assertionSchema, assertionsSchema } from "../assertionSchema.js";
import { message, type Message } from "../messages/index.js";
import type { Assertion } from "../model/model.js";
import { nearest } from "../nearest.js";
import { InputError, readNamed } from "./inputError.js";
import { readYaml } from "./yaml.js";

/**
 * Reads assertions from a file: a list, or a document with the list under `assert` or `access.assert`.
 *
 * @throws {@link InputError} with everything that is wrong with the file at once.
 */
export async function readAssertions(path: string): Promise<readonly Assertion[]> {
  const { value, error } = readYaml(await readNamed(path, (file) => readFile(file, "utf8")));
  if (error) throw new InputError([message("file-not-readable", { path, reason: error.reason })]);
  const content = value as { assert?: unknown; access?: { assert?: unknown } } | unknown[] | undefined;
  const list = Array.isArray(content) ? content : (content?.assert ?? content?.access?.assert);
  if (list === undefined || list === null) throw new InputError([message("file-without-assertions", { path })]);
  const result = assertionsSchema.safeParse(list);
  if (result.success) return result.data;
  throw new InputError(result.error.issues.flatMap((issue) => faultsOf(path, issue)));
}

type Issue = Extract<ReturnType<typeof assertionsSchema.safeParse>, { success: false }>["error"]["issues"][number];

function faultsOf(path: string, issue: Issue): Message[] {
  const key = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  const fault = (reason: string) =>
    message("invalid-assertion", { path, key: key.replace(/^\./, "") || "file", reason });
  if (issue.code !== "unrecognized_keys") return [fault(`${issue.message}.`)];
  const known = Object.keys(assertionSchema.shape);
  return issue.keys.map((unknown) => {
    const near = nearest(unknown, known);
    return fault(
      `"${unknown}" is not a known key. ${near ? `Did you mean ${near}?` : `Known keys: ${known.join(", ")}.`}`,
    );
  });
}
