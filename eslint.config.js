import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

/** Folders that may not import from others: the arrows of docs/design.md point one way. */
const rooms = {
  "settings/**": ["**/components/**", "**/access/**", "**/cli/**", "**/lab/**", "@pulumi/*"],
  "access/**": ["**/components/**", "**/cli/**", "**/lab/**", "@pulumi/*"],
  "components/**": ["**/cli/**", "**/lab/**"],
  "{components,settings,access,cli,plan}/**": ["**/lab/**", "**/bench/**"],
};

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "docs/api/**", "examples/**/node_modules/**"] },
  ...tseslint.configs.strict,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js", "lab/probes/mongoClient.js"] } } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-expressions": "error",
    },
  },
  ...Object.entries(rooms).map(([files, group]) => ({
    files: [`${files}/*.ts`],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group, message: "Imports point one way: see docs/design.md." }] }] },
  })),
);
