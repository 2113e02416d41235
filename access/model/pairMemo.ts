/** Values for two objects each, made once. Keeps a limited number of them: pairs can be many, and are made again. */
export class PairMemo<One extends object, Other extends object, Value> {
  #values = new Map<One, Map<Other, Value>>();
  #count = 0;

  /** @param most Values that are kept at a time. */
  constructor(private readonly most: number) {}

  of(one: One, other: Other, make: (one: One, other: Other) => Value): Value {
    const known = this.#values.get(one)?.get(other);
    if (known !== undefined) return known;
    const value = make(one, other);
    if (++this.#count > this.most) [this.#values, this.#count] = [new Map(), 1];
    let values = this.#values.get(one);
    if (!values) this.#values.set(one, (values = new Map()));
    values.set(other, value);
    return value;
  }
}
