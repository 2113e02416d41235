import { Option, type Command } from "commander";
import pc from "picocolors";
import { checkAssertions } from "../assertions.js";
import { InputError } from "../input/inputError.js";
import { message } from "../messages/index.js";
import { checksTable } from "../output/checks.js";
import { listJson } from "../output/json.js";
import { checksMarkdown } from "../output/markdown.js";
import { type SourceOf, sourcesOf } from "../output/places.js";
import { sarif } from "../output/sarif.js";
import { type InputFlags, readInput, type Stacks, takesInput } from "./input.js";
import { print } from "./print.js";
import { reportInput, somethingWrong } from "./reportInput.js";

const formats = ["table", "json", "md", "html", "sarif"] as const;

/** `check`: assertions about reach; a failed one fails the command, with its cause. */
export function registerCheck(program: Command, stacks?: Stacks): void {
  takesInput(program.command("check"), stacks)
    .description("Check access assertions. Exits with 1 if any fails.")
    .option("--assert <file>", "assertions, in addition to those under access.assert of a stack")
    .addOption(new Option("-o, --output <format>", "format of the report").choices(formats).default("table"))
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
  ${program.name()} check --context prod --assert assertions.yaml -o sarif > access.sarif`,
    )
    .action(async (flags: InputFlags & { assert?: string; output: (typeof formats)[number] }, command: Command) => {
      const input = await readInput(flags, command, stacks);
      const { analysis, about } = input;
      const more =
        flags.assert === undefined
          ? []
          : await (await import("../input/assertionFile.js")).readAssertions(flags.assert);
      const assertions = [...input.assertions, ...more];
      if (assertions.length === 0) throw new InputError([message("no-assertions")]);
      const results = checkAssertions(assertions, analysis.rows, analysis.targets);
      reportInput(input);
      if (results.some((result) => !result.ok)) process.exitCode = somethingWrong;
      const found = sourcesOf(analysis.objects);
      const sourceOf: SourceOf = (link) => found(link) ?? input.evidenceSource(link);
      if (flags.output === "json") return print(listJson("results", results, about, analysis));
      if (flags.output === "md") return print(checksMarkdown(results, about, analysis, sourceOf));
      if (flags.output === "table") return print(checksTable(results, pc, sourceOf));
      if (flags.output === "sarif") {
        const { assertionSource } = input;
        const file = input.file ?? flags.file?.find((name) => name !== "-");
        return print(JSON.stringify(sarif(results, analysis, about, { sourceOf, assertionSource, file }), null, 2));
      }
      const { checksPage } = await import("../web/checksPage.js");
      return print(checksPage(about, analysis, results));
    });
}
