import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { checkAssertions } from "../assertions.js";
import { InputError } from "../input/inputError.js";
import { message } from "../messages/index.js";
import type { AssertionResult } from "../model/model.js";
import { checksTable } from "../output/checks.js";
import { listJson } from "../output/json.js";
import { checksMarkdown } from "../output/markdown.js";
import { type SourceOf, sourcesOf } from "../output/places.js";
import { sarif } from "../output/sarif.js";
import { type Input, type InputFlags, readInput, type Stacks, takesInput } from "./input.js";
import { print } from "./print.js";
import { reportInput, somethingWrong } from "./reportInput.js";

const formats = ["table", "json", "md", "html", "sarif"] as const;
type Format = (typeof formats)[number];

/** A report beside the one on the standard output. */
interface FileReport {
  format: Format;
  file: string;
}

function fileReports(text: string, before: FileReport[] = []): FileReport[] {
  const [, name, file = ""] = /^(\w+)=(.+)$/.exec(text) ?? [];
  const format = formats.find((one) => one === name);
  if (!format) throw new InvalidArgumentError(`Write FORMAT=FILE, where FORMAT is ${formats.join(", ")}.`);
  return [...before, { format, file }];
}

/** `check`: assertions about reach; a failed one fails the command, with its cause. */
export function registerCheck(program: Command, stacks?: Stacks): void {
  takesInput(program.command("check"), stacks)
    .description("Check access assertions. Exits with 1 if any fails.")
    .option("--assert <file>", "assertions, in addition to those under access.assert of a stack")
    .addOption(new Option("-o, --output <format>", "format of the report").choices(formats).default("table"))
    .addOption(
      new Option("--report <format=file>", "write a report to a file too; may be given several times").argParser(
        fileReports,
      ),
    )
    .addHelpText(
      "after",
      `
An assertion file:
  assert:
    - name: only the shop reaches orders
      from: "*"
      except: [{ namespace: shop }]
      to: { host: orders.example.com }
      expect: blocked
      bypass: blocked

Examples:
  ${program.name()} check -f manifests/ --assert assertions.yaml
  ${program.name()} check --context prod --assert assertions.yaml -o md --report sarif=access.sarif`,
    )
    .action(async (flags: Flags, command: Command) => {
      const input = await readInput(flags, command, stacks);
      const { analysis } = input;
      const more =
        flags.assert === undefined
          ? []
          : await (await import("../input/assertionFile.js")).readAssertions(flags.assert);
      const assertions = [...input.assertions, ...more];
      if (assertions.length === 0) throw new InputError([message("no-assertions")]);
      const results = checkAssertions(assertions, analysis.rows, analysis.targets);
      reportInput(input);
      if (results.some((result) => !result.ok)) process.exitCode = somethingWrong;
      const file = input.file ?? flags.file?.find((name) => name !== "-");
      const reported = { ...input, file };
      for (const { format, file: to } of flags.report ?? [])
        await writeFile(to, asFile(await rendered(format, results, reported)));
      return print(await rendered(flags.output, results, reported));
    });
}

interface Flags extends InputFlags {
  assert?: string;
  output: Format;
  report?: FileReport[];
}

const asFile = (report: string | Iterable<string>) => (typeof report === "string" ? `${report}\n` : report);

async function rendered(format: Format, results: AssertionResult[], input: Input): Promise<string | Iterable<string>> {
  const { analysis, about, assertionSource, file } = input;
  const found = sourcesOf(analysis.objects);
  const sourceOf: SourceOf = (link) => found(link) ?? input.evidenceSource(link);
  switch (format) {
    case "json":
      return listJson("results", results, about, analysis);
    case "md":
      return checksMarkdown(results, about, analysis, sourceOf);
    case "table":
      return checksTable(results, pc, sourceOf);
    case "sarif":
      return JSON.stringify(sarif(results, analysis, about, { sourceOf, assertionSource, file }), null, 2);
    case "html":
      return (await import("../web/checksPage.js")).checksPage(about, analysis, results);
  }
}
