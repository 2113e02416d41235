import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { project } from "../settings/project.js";
import { type Options, packagedComponents } from "./components.js";
import { settled } from "./settled.js";

/** What `npm run docs` writes beside the schema: the arguments of each component that may be outputs to the end. */
type LateArguments = Record<string, readonly string[]>;

interface Schema {
  version: string;
  resources: Record<string, { properties: object }>;
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

/** The components for every Pulumi language: answers the engine's requests to make one. */
export class ComponentProvider implements pulumi.provider.Provider {
  readonly schema = read("schema.json");
  readonly version: string;
  readonly #resources: Schema["resources"];
  readonly #late = JSON.parse(read("late.json")) as LateArguments;

  constructor() {
    const { version, resources } = JSON.parse(this.schema) as Schema;
    this.version = version;
    this.#resources = resources;
  }

  /** @throws Error where the type is not one of the package, or an argument is refused. Nothing is registered then. */
  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<pulumi.provider.ConstructResult> {
    const component = type.replace(`${project}:index:`, "");
    const construct = packagedComponents[component];
    if (!construct) throw new Error(`${type} is not a component of ${project}.`);
    const { args, sources } = await settled(inputs, this.#late[component] ?? []);
    const dependsOn = [...((options.dependsOn as pulumi.Resource[] | undefined) ?? []), ...sources];
    const made = await construct(name, args as never, { ...options, dependsOn } as Options);
    return { urn: (made as pulumi.Resource).urn, state: this.#outputsOf(type, made) };
  }

  #outputsOf(type: string, made: object): pulumi.Inputs {
    const names = Object.keys(this.#resources[type]?.properties ?? {});
    return Object.fromEntries(names.map((name) => [name, (made as Record<string, unknown>)[name]])) as pulumi.Inputs;
  }
}

/** Serves the components to the engine that started this process. */
export function serve(argv: string[]): Promise<void> {
  return pulumi.provider.main(new ComponentProvider(), argv);
}
