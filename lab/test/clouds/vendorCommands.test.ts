import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { understood, type VendorCommand } from "../../clouds/vendorCommands.js";

/** Every command of a vendor's command line that a page shows, in its blocks and its sentences, as words. */
function commandsOf(page: string): [program: VendorCommand, args: string[]][] {
  const text = readFileSync(`docs/clouds/${page}.md`, "utf8")
    .replaceAll(/\\\n\s*/g, "")
    .replaceAll("\\|", "|");
  const found = text.matchAll(/(?:^|[\s(`])(gcloud|aliyun) ((?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^|`)\n&#;])*)/gm);
  return [...found]
    .filter(([, , args = ""]) => /^[a-z]/.test(args) && !args.startsWith("and "))
    .map(([, program, args = ""]) => [program as VendorCommand, words(args)]);
}

const words = (text: string): string[] =>
  (text.match(/(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'])+/g) ?? []).map((word) => word.replaceAll(/["']/g, ""));

describe("Commands of the clouds' pages", () => {
  for (const [page, least] of [
    ["gke", 15],
    ["ack", 25],
  ] as const)
    it(`are in the vendor's reference with every flag: ${page}.md`, () => {
      const commands = commandsOf(page);
      assert.ok(commands.length >= least, `${commands.length} commands`);
      for (const [program, args] of commands) assert.doesNotThrow(() => understood(program, args));
    });

  it("are refused with a flag that the reference does not have, and without one that it asks for", () => {
    assert.throws(() => understood("gcloud", ["compute", "disks", "list", "--zones", "a"]), /no flag --zones/);
    assert.throws(() => understood("aliyun", ["ecs", "DescribeDisks"]), /--RegionId is missing/);
    assert.throws(() => understood("aliyun", ["slspop", "OpenSlsService"]), /no command slspop OpenSlsService/);
  });
});
