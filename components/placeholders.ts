import { filled, type Placeholder, placeholdersIn } from "mesh-access";
import * as pulumi from "@pulumi/pulumi";

/** Gives the value of a placeholder, once it is there: a list for `addresses`, a text for everything else. */
export type ValueOf = (placeholder: Placeholder) => pulumi.Input<string> | pulumi.Input<pulumi.Input<string>[]>;

/**
 * A value with each placeholder inside it replaced, also within a longer text. A text with a secret is a secret. What
 * holds no placeholder comes back as the same object.
 */
export function resolved(value: unknown, valueOf: ValueOf): unknown {
  if (typeof value === "string") return resolvedText(value, valueOf);
  if (Array.isArray(value)) return resolvedList(value, valueOf);
  if (typeof value !== "object" || value === null || isLater(value)) return value;
  const entries = Object.entries(value);
  const others = entries.map(([key, item]) => [key, resolved(item, valueOf)] as const);
  return others.every(([, item], i) => item === entries[i]?.[1]) ? value : Object.fromEntries(others);
}

function resolvedText(text: string, valueOf: ValueOf): unknown {
  const placeholders = placeholdersIn(text);
  if (placeholders.length === 0) return text;
  const values = placeholders.map((placeholder) => valueOf(placeholder) as pulumi.Input<string>);
  const inOrder = (known: readonly string[]) => {
    const next = known.values();
    return filled(text, () => String(next.next().value));
  };
  const isSecret = placeholders.some(({ kind }) => kind === "secret");
  if (!isSecret && values.every((each) => typeof each === "string")) return inOrder(values as string[]);
  const whole = pulumi.all(values).apply(inOrder);
  return isSecret ? pulumi.secret(whole) : whole;
}

/** An item with a placeholder for a list becomes one item for each value. */
function resolvedList(items: readonly unknown[], valueOf: ValueOf): unknown {
  const parts = items.map((item) => {
    const list = listIn(item);
    if (!list) return resolved(item, valueOf);
    return pulumi
      .output(valueOf(list) as pulumi.Input<pulumi.Input<string>[]>)
      .apply((values) =>
        values.map((value) => resolved(item, (other) => (other.kind === "addresses" ? value : valueOf(other)))),
      );
  });
  if (!items.some(listIn)) return parts.every((part, i) => part === items[i]) ? items : parts;
  return pulumi.all(parts).apply((known) => known.flat());
}

function listIn(item: unknown): Placeholder | undefined {
  if (typeof item === "string") return placeholdersIn(item).find(({ kind }) => kind === "addresses");
  if (typeof item !== "object" || item === null || Array.isArray(item) || isLater(item)) return undefined;
  for (const value of Object.values(item)) {
    const found = listIn(value);
    if (found) return found;
  }
  return undefined;
}

/** What the engine resolves itself. */
const isLater = (value: object) => pulumi.Output.isInstance(value) || value instanceof Promise;
