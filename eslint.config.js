import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

/**
 * What each folder may not import, because arrows point one way (docs/design.md). Every folder has one complete list: of
 * two lists that match the same file ESLint keeps only the last.
 */
const rooms = {
  settings: ["components", "access", "plan", "cli", "bench", "lab", "@pulumi"],
  components: ["access", "plan", "cli", "bench", "lab"],
  access: ["components", "settings", "plan", "cli", "bench", "lab", "@pulumi", "mesh-access"],
  plan: ["access", "cli", "bench", "lab"],
  cli: ["bench", "lab"],
};

const packages = ["@pulumi", "mesh-access"];
const forbidden = (room) => (packages.includes(room) ? [room, `${room}/*`] : [`**/${room}/**`]);

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "docs/api/**", "examples/**"] },
  ...tseslint.configs.strict,
  {
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
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
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: others.flatMap(forbidden), message: "Imports point one way: see docs/design.md." }] },
      ],
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
