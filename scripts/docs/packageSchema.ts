import { readFileSync } from "node:fs";
import ts from "typescript";
import { packagedComponents } from "../../plugin/components.js";
import { project } from "../../settings/project.js";

/**
 * The schema of the package for every Pulumi language, from the TypeScript interfaces of the components: what an editor
 * shows here is what it shows there.
 *
 * Source of the format: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
 */
export function packageSchema(): { schema: object; late: Record<string, string[]> } {
  const program = ts.createProgram(entryPoints, compilerOptions());
  const types = new SchemaTypes(program.getTypeChecker());
  const components = Object.keys(packagedComponents).map((name) => {
    const [component, args] = [declared(program, name), declared(program, `${name}Args`)];
    return { name, component, args };
  });
  // All outputs first: what one component hands to another must have the same type on both sides.
  const outputs = components.map(({ name, component }) => types.outputsOf(component, name));
  const resources = components.map(({ name, component, args }, index) => {
    const inputs = types.fieldsOf(args, name);
    return [
      tokenOf(name),
      {
        isComponent: true,
        ...described(types.checker, component.getSymbol()),
        properties: outputs[index]?.properties,
        required: outputs[index]?.required,
        inputProperties: inputs.properties,
        requiredInputs: inputs.required,
      },
    ];
  });
  const late = components.map(({ name, args }) => [name, types.lateFieldsOf(args)]);
  const { version, description, license, keywords } = JSON.parse(readFileSync("package.json", "utf8")) as Package;
  const schema = {
    name: project,
    version,
    displayName: "Mesh Egress",
    description,
    license,
    keywords: [...keywords, "kind/component", "category/network"],
    meta: { supportPack: true },
    language: { nodejs: { respectSchemaVersion: true }, python: { respectSchemaVersion: true } },
    types: Object.fromEntries([...types.written].sort(([a], [b]) => (a < b ? -1 : 1))),
    resources: Object.fromEntries(resources) as object,
  };
  return { schema, late: Object.fromEntries(late) as Record<string, string[]> };
}

interface Package {
  version: string;
  description: string;
  license: string;
  keywords: string[];
}

const tokenOf = (name: string): string => `${project}:index:${name}`;

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile.bind(ts.sys)) as { config: object };
  return ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, ".").options;
}

/** What exports the components and their arguments. Of two of one name, the first is for every language. */
const entryPoints = ["plugin/platform.ts", "components/index.ts", "components/gke.ts", "components/ack.ts"];

interface ObjectSchema {
  description?: string;
  type?: "object";
  properties: Record<string, object>;
  required: string[];
}

function declared(program: ts.Program, name: string): ts.Type {
  const checker = program.getTypeChecker();
  for (const file of entryPoints) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    const symbol = module && checker.getExportsOfModule(module).find((one) => one.name === name);
    if (symbol)
      return checker.getDeclaredTypeOfSymbol(
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
      );
  }
  throw new Error(`None of ${entryPoints.join(", ")} exports ${name}.`);
}

/** Text of a doc comment, with its default; other languages have no such tag. */
function described(checker: ts.TypeChecker, symbol: ts.Symbol | undefined): { description?: string } & object {
  if (!symbol) return {};
  const tags = symbol.getJsDocTags(checker);
  const text = (name: string) =>
    tags.flatMap((tag) => (tag.name === name ? [ts.displayPartsToString(tag.text).trim()] : [])).join(" ");
  const fallback = text("default").replaceAll("\n", " ");
  const body = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll(/\{@link ([^}]+)\}/g, "$1");
  const description = [body.trim(), ...(fallback ? [`Default: ${fallback.replace(/\.?$/, ".")}`] : [])].filter(Boolean);
  const deprecated = text("deprecated");
  return {
    ...(description.length > 0 ? { description: description.join("\n\n") } : {}),
    ...(deprecated ? { deprecationMessage: deprecated } : {}),
  };
}

/** TypeScript types as types of the schema. Objects and enumerations become types with names. */
class SchemaTypes {
  readonly written = new Map<string, object>();
  readonly #names = new Map<ts.Type, string>();
  /** Whether types are those of outputs. */
  #handedOver = false;

  constructor(readonly checker: ts.TypeChecker) {}

  fieldsOf(type: ts.Type, owner: string): ObjectSchema {
    return this.#object(type.getProperties(), owner);
  }

  /** What a component offers: its public fields, unless they are resources, which no other language can take over. */
  outputsOf(component: ts.Type, owner: string): ObjectSchema {
    const inherited = new Set(["urn", "ready", "manifests", "blueprint"]);
    const fields = component.getProperties().filter((symbol) => {
      const [declaration] = symbol.declarations ?? [];
      const isField =
        declaration !== undefined && (ts.isPropertyDeclaration(declaration) || ts.isPropertySignature(declaration));
      if (!isField || inherited.has(symbol.name) || ts.isPrivateIdentifier(declaration.name)) return false;
      return (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0;
    });
    this.#handedOver = true;
    const outputs = this.#object(fields, owner);
    this.#handedOver = false;
    return outputs;
  }

  /** Paths of the fields that TypeScript takes as outputs: `database.host`, `secrets.*`. */
  lateFieldsOf(type: ts.Type, path = "", above: readonly ts.Type[] = []): string[] {
    if (above.includes(type)) return [];
    return type.getProperties().flatMap((field) => {
      const at = path === "" ? field.name : `${path}.${field.name}`;
      return this.#latePathsOf(this.checker.getTypeOfSymbol(field), at, [...above, type]);
    });
  }

  #latePathsOf(type: ts.Type, path: string, above: readonly ts.Type[]): string[] {
    const given = this.checker.getNonNullableType(type);
    const bare = this.#withoutInputs(given);
    if (this.#isResource(bare) || bare.getCallSignatures().length > 0) return [];
    if (bare !== given && !(given.flags & ts.TypeFlags.BooleanLike)) return [path];
    if (bare.isUnion()) return [...new Set(bare.types.flatMap((one) => this.#latePathsOf(one, path, above)))];
    if (!(bare.flags & ts.TypeFlags.Object)) return [];
    const item = this.#itemOf(bare) ?? this.checker.getIndexTypeOfType(bare, ts.IndexKind.String);
    return item ? this.#latePathsOf(item, `${path}.*`, above) : this.lateFieldsOf(bare, path, above);
  }

  #object(fields: readonly ts.Symbol[], owner: string): ObjectSchema {
    const result: ObjectSchema = { properties: {}, required: [] };
    for (const field of fields) {
      const type = this.checker.getTypeOfSymbol(field);
      const schema = this.#schemaOf(type, owner, field.name);
      if (!schema) continue;
      const secret = secretFields.has(field.name) ? { secret: true } : {};
      const always = type.isStringLiteral() ? { description: `Always \`${type.value}\`.` } : {};
      result.properties[field.name] = { ...always, ...described(this.checker, field), ...schema, ...secret };
      if (!(field.flags & ts.SymbolFlags.Optional) && !allowsNothing(type)) result.required.push(field.name);
    }
    return result;
  }

  /** Undefined for resources and functions: what they stand for comes from the options of a resource. */
  #schemaOf(type: ts.Type, owner: string, field: string): object | undefined {
    const bare = this.#withoutInputs(type);
    if (bare.flags & ts.TypeFlags.Any || bare.flags & ts.TypeFlags.Unknown) return { $ref: "pulumi.json#/Any" };
    if (bare.isUnion()) return this.#union(bare, owner, field);
    if (bare.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.TemplateLiteral)) return { type: "string" };
    if (bare.flags & ts.TypeFlags.NumberLike) return { type: /percent/i.test(field) ? "number" : "integer" };
    if (bare.flags & ts.TypeFlags.BooleanLike) return { type: "boolean" };
    const item = this.#itemOf(bare);
    if (item) return this.#collection("array", "items", item, owner, field);
    const value = this.checker.getIndexTypeOfType(bare, ts.IndexKind.String);
    if (value && bare.getProperties().length === 0)
      return this.#collection("object", "additionalProperties", value, owner, field);
    if (bare.getCallSignatures().length > 0 || this.#isResource(bare)) return undefined;
    return { $ref: `#/types/${tokenOf(this.#named(bare, owner, field))}` };
  }

  #collection(type: string, key: string, item: ts.Type, owner: string, field: string): object | undefined {
    const schema = this.#schemaOf(item, owner, field);
    return schema && { type, [key]: schema };
  }

  #union(union: ts.UnionType, owner: string, field: string): object | undefined {
    const texts = union.types.filter((one) => one.isStringLiteral());
    if (texts.length === union.types.length) return this.#choice(union, owner, field);
    const others = union.types.filter((one) => !(one.flags & ts.TypeFlags.BooleanLiteral));
    const options = others.flatMap((one) => this.#schemaOf(one, owner, `${field}${distinction(one, others)}`) ?? []);
    if (others.length < union.types.length) options.push({ type: "boolean" });
    if (options.length < 2) return options[0];
    return { oneOf: options };
  }

  /** In what components hand over an enumeration is text: programs in YAML cannot assign one to itself (pulumi-yaml 1.25). */
  #choice(union: ts.UnionType, owner: string, field: string): object {
    if (this.#handedOver) return { type: "string" };
    return { $ref: `#/types/${tokenOf(this.#enumeration(union, owner, field))}` };
  }

  #enumeration(union: ts.UnionType, owner: string, field: string): string {
    const alias = union.aliasSymbol && !builtIn.has(union.aliasSymbol.name) ? union.aliasSymbol : undefined;
    const name = alias?.name ?? nested(owner, field);
    const values = union.types.flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
    const described = describedAlias(this.checker, alias);
    this.written.set(tokenOf(name), {
      type: "string",
      ...described,
      enum: values.map((value) => ({ name: pascal(value), value })),
    });
    return name;
  }

  #named(type: ts.Type, owner: string, field: string): string {
    const known = this.#names.get(type);
    if (known) return known;
    const own = type.aliasSymbol?.name ?? type.getSymbol()?.name ?? "__type";
    const isAnonymous = own.startsWith("__") || builtIn.has(own);
    const wanted = isAnonymous ? nested(owner, field) : own;
    const name = this.written.has(tokenOf(wanted)) ? nested(owner, field) : wanted;
    this.#names.set(type, name);
    this.written.set(tokenOf(name), {}); // keeps its place while its fields are read
    const { properties, required } = this.fieldsOf(type, name);
    this.written.set(tokenOf(name), {
      type: "object",
      ...describedAlias(this.checker, type.getSymbol()),
      properties,
      required,
    });
    return name;
  }

  /** The type that a field takes: not yet known values are welcome everywhere. */
  #withoutInputs(type: ts.Type): ts.Type {
    const named = type.aliasSymbol?.name;
    if ((named === "Input" || named === "Output") && type.aliasTypeArguments?.[0])
      return this.#withoutInputs(type.aliasTypeArguments[0]);
    const bare = this.checker.getNonNullableType(type);
    if (bare !== type) return this.#withoutInputs(bare);
    if (type.isUnion() && type.types.some((one) => this.#isOutput(one))) {
      const plain = type.types.filter((one) => !this.#isOutput(one));
      const [only] = plain;
      if (plain.length === 1 && only) return this.#withoutInputs(only);
      const [output] = type.types.filter((one) => one.getSymbol()?.name === "OutputInstance");
      const [argument] = output ? this.checker.getTypeArguments(output as ts.TypeReference) : [];
      if (argument) return this.#withoutInputs(argument);
    }
    if (this.#isOutput(type)) {
      const [argument] = this.checker.getTypeArguments(type as ts.TypeReference);
      if (argument) return this.#withoutInputs(argument);
    }
    if (type.isIntersection()) {
      const output = type.types.find((one) => this.#isOutput(one));
      if (output) return this.#withoutInputs(output);
    }
    return type;
  }

  #isOutput(type: ts.Type): boolean {
    const name = type.getSymbol()?.name;
    return name === "OutputInstance" || name === "Promise";
  }

  #itemOf(type: ts.Type): ts.Type | undefined {
    if (!this.checker.isArrayType(type) && !this.checker.isTupleType(type)) return undefined;
    return this.checker.getTypeArguments(type as ts.TypeReference)[0];
  }

  #isResource(type: ts.Type): boolean {
    return type.getProperty("urn") !== undefined;
  }
}

/** Types that TypeScript computes from others. */
const builtIn = new Set(["Pick", "Omit", "NonNullable"]);

/** Kept encrypted in every state, whoever writes them. */
const secretFields = new Set(["kubeconfig", "password", "secrets"]);

/** What tells objects without names apart in a union: their first field. */
function distinction(type: ts.Type, options: readonly ts.Type[]): string {
  const isAnonymous = (one: ts.Type) => !one.aliasSymbol && one.getSymbol()?.name.startsWith("__");
  if (!isAnonymous(type) || options.filter(isAnonymous).length < 2) return "";
  const [first] = type.getProperties();
  return first ? pascal(first.name) : "";
}

/** The text of a type's own doc comment. */
function describedAlias(checker: ts.TypeChecker, symbol: ts.Symbol | undefined): object {
  return symbol ? described(checker, symbol) : {};
}

function allowsNothing(type: ts.Type): boolean {
  return type.isUnion() && type.types.some((one) => (one.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) !== 0);
}

const nested = (owner: string, field: string): string => `${owner}${field.charAt(0).toUpperCase()}${field.slice(1)}`;

/** `tcp-gateway-mtls` as languages write members: `TcpGatewayMtls`. */
function pascal(value: string): string {
  const words = value.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const lower = (word: string) => (word === word.toUpperCase() ? word.toLowerCase() : word);
  const joined = words.map((word) => word.charAt(0).toUpperCase() + lower(word).slice(1)).join("");
  return /^\d/.test(joined) ? `V${joined}` : joined;
}
