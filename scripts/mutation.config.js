// Settings of the mutation tool, StrykerJS: CONTRIBUTING.md says how to run it. It is not installed with the rest, since it
// runs for hours. PART is `access` or `components`.
const parts = {
  access: {
    mutate: ["access/**/*.ts", "!access/{test,dist,web,cli,bin}/**"],
    spec: ["access/test/**/*.test.ts"],
    // These start the command as a process of its own, which the tool cannot see into.
    ignore: ["access/test/input/kubectl.test.ts", "access/test/output/{page,json}.test.ts", "access/test/cli/**"],
  },
  components: { mutate: ["components/**/*.ts"], spec: ["test/components/**/*.test.ts"], ignore: [] },
};
const { mutate, spec, ignore } = parts[process.env.PART ?? "access"];

export default {
  mutate,
  // Texts are compared by id, not by wording.
  mutator: { excludedMutations: ["StringLiteral"] },
  testRunner: "mocha",
  testRunnerNodeArgs: ["--import=tsx", "--import=./test/plainText.ts"],
  mochaOptions: { "no-config": true, spec, ignore },
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  inPlace: true,
  concurrency: 1,
  reporters: ["progress-append-only", "clear-text", "json"],
  clearTextReporter: { reportTests: false },
};
