/** A field that is null counts as left out, as for the API server. Items of lists stay where they are. */
export function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !holdsNull(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}

function holdsNull(value: object): boolean {
  for (const inner of Object.values(value) as unknown[])
    if (inner === null || (typeof inner === "object" && holdsNull(inner))) return true;
  return false;
}
