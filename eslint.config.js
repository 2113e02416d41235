import pulumi from "@pulumi/eslint-plugin";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/**
 * What each folder may not import, because arrows point one way (docs/design.md). Every folder has one complete list: of
 * two lists that match the same file ESLint keeps only the last.
 */
const rooms = {
  settings: ["components", "access", "plan", "cli", "bench", "lab", "@pulumi", "mesh-access"],
  components: ["access", "plan", "cli", "plugin", "bench", "lab"],
  // It has a folder `cli` of its own, and cannot reach the other: its build knows nothing above it.
  access: ["components", "settings", "plan", "bench", "lab", "@pulumi", "mesh-access"],
  plan: ["access", "cli", "plugin", "bench", "lab"],
  cli: ["bench", "lab"],
  plugin: ["cli", "bench", "lab"],
  policy: ["components", "settings", "plan", "cli", "plugin", "bench", "lab"],
};

/** Of the analysis' package, everything but what stands alone: the schema of assertions, YAML, placeholders, and the nearest known word. */
const analysis = "^mesh-access(/(?!(addresses|assertionSchema|nearest|placeholder|yaml)$).*)?$";
const message = "Imports point one way: see docs/design.md.";
const forbidden = (room) => {
  if (room === "mesh-access") return { regex: analysis, message };
  return { group: room === "@pulumi" ? ["@pulumi", "@pulumi/*"] : [`**/${room}/**`], message };
};

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "docs/api/**", "examples/**"] },
  ...tseslint.configs.strict,
  {
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { "@pulumi": pulumi, "import-x": importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      "import-x/resolver-next": [createTypeScriptImportResolver({ project: "tsconfig.json" })],
    },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "import-x/no-duplicates": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-expressions": "error",
      // An interface gives a name to an inferred type, in messages and in the API reference.
      "@typescript-eslint/no-empty-object-type": ["error", { allowInterfaces: "with-single-extends" }],
      // `{ secrets: _, ...config }` takes a key out of the rest.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
    },
  },
  ...Object.entries(rooms).map(([room, others]) => ({
    files: [`${room}/**/*.ts`],
    rules: {
      "no-restricted-imports": ["error", { patterns: others.map(forbidden) }],
    },
  })),
  // Plain JavaScript has no types for the rules that read them.
  {
    files: ["**/*.js"],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      "@pulumi/no-output-in-template-literal": "off",
      "@pulumi/no-output-instance-in-template-literal": "off",
    },
  },
);
