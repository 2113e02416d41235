import { isSelected, type Selection } from "./selection.js";
import { written } from "./written.js";
import type { Analysis, BypassVerdict, Evidence, MeshVerdict } from "../model/model.js";

/** Evidence with its text, as documents hold it. */
export type WrittenEvidence = ReturnType<typeof written<Evidence>>;

/** A verdict that names its evidence by place in a list. */
export type Referring<Verdict extends { because: readonly Evidence[] }> = Omit<Verdict, "because"> & {
  because: readonly number[];
};

/** In place of a verdict that the report leaves out. */
export const notShown = 0xffff_ffff;

/** Callers that get the same answer from every target. */
export interface EqualCallers {
  /** Their places among the analysis' workloads. */
  workloads: number[];
  /** For each target, in the order of the targets, the place of its verdict, or `notShown`. */
  mesh: Uint32Array;
  bypass: Uint32Array;
}

/** Gives values places in a list: the same place for equal content, in the order they first come. */
class Places<Value extends object, Kept> {
  readonly list: Kept[] = [];
  private readonly byIdentity = new Map<Value, number>();
  private readonly byContent = new Map<string, number>();

  constructor(private readonly keep: (value: Value) => Kept) {}

  of(value: Value): number {
    const known = this.byIdentity.get(value);
    if (known !== undefined) return known;
    const kept = this.keep(value);
    const content = JSON.stringify(kept);
    const place = this.byContent.get(content) ?? this.list.push(kept) - 1;
    this.byContent.set(content, place);
    this.byIdentity.set(value, place);
    return place;
  }
}

/** An analysis in which everything that rows share stands once. Five million rows come from a few thousand verdicts. */
export class SharedAnswers {
  readonly callers: readonly EqualCallers[];
  private readonly evidencePlaces = new Places(({ kind, namespace, name, field, id, args }: Evidence) =>
    written({ kind, namespace, name, field, id, args }),
  );
  private readonly meshPlaces = new Places(
    ({ verdict, encryption, identity, exposes, because }: MeshVerdict): Referring<MeshVerdict> => ({
      verdict,
      encryption,
      identity,
      exposes,
      because: this.places(because),
    }),
  );
  private readonly bypassPlaces = new Places(({ verdict, because }: BypassVerdict): Referring<BypassVerdict> => ({
    verdict,
    because: this.places(because),
  }));

  constructor(
    analysis: Pick<Analysis, "rows" | "workloads" | "targets">,
    private readonly selection: Selection = {},
  ) {
    this.callers = this.equalCallers(analysis);
  }

  get mesh(): readonly Referring<MeshVerdict>[] {
    return this.meshPlaces.list;
  }

  get bypass(): readonly Referring<BypassVerdict>[] {
    return this.bypassPlaces.list;
  }

  /** All evidence that was asked for so far. */
  get evidence(): readonly WrittenEvidence[] {
    return this.evidencePlaces.list;
  }

  /** Where a chain's links stand in `evidence`; those that are new are added. */
  places(because: readonly Evidence[]): number[] {
    return because.map((one) => this.evidencePlaces.of(one));
  }

  private equalCallers({ rows, workloads, targets }: Pick<Analysis, "rows" | "workloads" | "targets">): EqualCallers[] {
    const known = new Map<string, EqualCallers>();
    const remaining = rows[Symbol.iterator]();
    for (const index of workloads.keys()) {
      const [mesh, bypass] = [new Uint32Array(targets.length), new Uint32Array(targets.length)];
      for (const column of targets.keys()) {
        const row = remaining.next().value;
        const isShown = isSelected(this.selection, row);
        mesh[column] = isShown ? this.meshPlaces.of(row.mesh) : notShown;
        bypass[column] = isShown ? this.bypassPlaces.of(row.bypass) : notShown;
      }
      const key = `${mesh.join()} ${bypass.join()}`;
      const callers = known.get(key) ?? { workloads: [], mesh, bypass };
      callers.workloads.push(index);
      known.set(key, callers);
    }
    return [...known.values()];
  }
}
