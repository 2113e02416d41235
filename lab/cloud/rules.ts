import type { Item, Properties, World } from "./inventory.js";

/** What a resource names: another of this type, by its id, name, link or address. */
export interface Reference {
  type: string;
  value: unknown;
  /** Whether the vendor deletes the other one while this one is there. */
  loose?: boolean;
}

/** What a vendor does with resources of one type. */
export interface TypeRules {
  /** Where its name goes when the program leaves it out, as the provider does it, and what the vendor accepts there. */
  name?: { key: string; pattern: RegExp };
  /** Properties that cannot be changed: the provider replaces the resource. */
  replaces?: readonly string[];
  /** What it cannot be without, and what cannot go before it. */
  needs?(inputs: Properties): Reference[];
  /** Why the vendor refuses to create or change it. */
  refuses?(inputs: Properties, world: World, id: string): string | undefined;
  /** What the vendor reports beside the inputs. */
  reports?(inputs: Properties, item: Pick<Item, "id" | "number">, world: World): Properties;
  /** Why the vendor refuses to delete it. */
  keeps?(item: Item, world: World): string | undefined;
  /** What stays when it is gone. */
  leaves?(item: Item, world: World): void;
}

export type Rules = Record<string, TypeRules>;

/** Items of a type. */
export const all = (world: World, type: string): Item[] => world.items.filter((item) => item.type === type);

/** The item that a reference names. */
export function named(world: World, { type, value }: Reference): Item | undefined {
  return all(world, type).find((item) => namesOf(item).includes(value));
}

function namesOf({ id, inputs, outputs }: Item): unknown[] {
  const { name } = inputs;
  const { selfLink, email, ipAddress, snatTableIds, projectName, responsePolicyName } = outputs;
  return [id, name, selfLink, email, ipAddress, snatTableIds, projectName, responsePolicyName].filter(Boolean);
}

/** A value at a path of properties, whatever is on the way. */
export function at(properties: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Properties | undefined | null)?.[key], properties);
}

export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
