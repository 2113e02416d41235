/** Values by key, made once. Keeps the newest of them, up to a total weight: the rest are made again when asked for. */
export class Kept<Key, Value> {
  readonly #values = new Map<Key, { value: Value; weight: number }>();
  #weight = 0;

  constructor(private readonly most: number) {}

  of(key: Key, weight: number, make: () => Value): Value {
    const known = this.#values.get(key);
    if (known) return known.value;
    const value = make();
    this.#values.set(key, { value, weight });
    this.#weight += weight;
    for (const [oldest, one] of this.#values) {
      if (this.#weight <= this.most || oldest === key) break;
      this.#values.delete(oldest);
      this.#weight -= one.weight;
    }
    return value;
  }
}
