/** How far the model goes with a field: `modelled`, or what it answers instead. */
export interface Limit {
  kind: string;
  field: string;
  modelled: boolean;
  /** What is done with it, or what the answer is when it matters to a path. */
  text: string;
}

/** Fields of a kind that the model follows, each with what it makes of it. */
export function modelled(kind: string, fields: Record<string, string>): Limit[] {
  return Object.entries(fields).map(([field, text]) => ({ kind, field, modelled: true, text }));
}

/** Fields of a kind that the model leaves open, each with what it answers instead. */
export function leftOpen(kind: string, fields: Record<string, string>): Limit[] {
  return Object.entries(fields).map(([field, text]) => ({ kind, field, modelled: false, text }));
}
