import { nearest } from "../nearest.js";
import { message, type Message } from "../messages/index.js";

/** The type of a field, as the API's schema has it. */
export type Shape =
  "text" | "integer" | "boolean" | "integer or text" | "anything" | ListShape | MapShape | ObjectShape;

interface ListShape {
  list: Shape;
  /** Null is no item: schemas of custom resources refuse it, and built-in kinds read it as an empty one. */
  items?: "required";
}

/** An object with keys of the user's choice. */
interface MapShape {
  map: Shape;
}

interface ObjectShape {
  fields: Readonly<Record<string, Shape>>;
  /** Fields that are not named here may exist: the analysis does not read them. */
  open?: boolean;
}

/** Why the API server refuses an object: a field by its path, and what is wrong with it. */
export interface Fault {
  field: string;
  reason: Message;
}

/** Where a value does not have the type that the API demands. Null is as good as nothing, as for the API server. */
export function shapeFaults(value: unknown, shape: Shape, field: string): Fault[] {
  if (value === null || value === undefined || shape === "anything") return [];
  if (typeof shape === "string")
    return isScalar(value, shape)
      ? []
      : [{ field, reason: message("expected-type", { type: shape, found: found(value) }) }];
  if ("list" in shape) {
    if (!Array.isArray(value)) return [expected(field, "a list", value)];
    const missing = shape.items === "required" ? value.indexOf(null) : -1;
    if (missing >= 0) return [expected(`${field}[${missing}]`, "an item", null)];
    return value.flatMap((item: unknown, index) => shapeFaults(item, shape.list, `${field}[${index}]`));
  }
  if (typeof value !== "object" || Array.isArray(value)) return [expected(field, "a mapping", value)];
  return Object.entries(value).flatMap(([key, inner]) => {
    if ("map" in shape) return shapeFaults(inner, shape.map, `${field}["${key}"]`);
    const known = shape.fields[key];
    if (known !== undefined) return shapeFaults(inner, known, `${field}.${key}`);
    return shape.open ? [] : [{ field: `${field}.${key}`, reason: unknownField(key, Object.keys(shape.fields)) }];
  });
}

function isScalar(value: unknown, shape: Extract<Shape, string>): boolean {
  if (shape === "integer") return Number.isInteger(value);
  if (shape === "boolean") return typeof value === "boolean";
  return typeof value === "string" || (shape === "integer or text" && Number.isInteger(value));
}

function expected(field: string, type: string, value: unknown): Fault {
  return { field, reason: message("expected-type", { type, found: found(value) }) };
}

function found(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "a mapping" : JSON.stringify(value);
}

function unknownField(key: string, known: readonly string[]): Message {
  const meant = nearest(key, known);
  return meant === undefined ? message("unknown-field", { known }) : message("unknown-field-nearest", { meant });
}
