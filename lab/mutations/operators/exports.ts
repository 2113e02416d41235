import type { Random } from "../random.js";
import type { Operator } from "./operator.js";

const lists: readonly string[][] = [["*"], ["."], ["unlisted"], ["istio-egress"], ["shop"], ["depot", "istio-egress"]];

/** Changes to a list of namespaces; undefined leaves the field out. */
const changes: readonly ((list: readonly string[], random: Random) => readonly string[] | undefined)[] = [
  (list, random) => {
    const gone = random.pick(list);
    return list.filter((one) => one !== gone);
  },
  (list) => [...list, "unlisted"],
  () => undefined,
  (_, random) => random.pick(lists),
];

/** To whom an object is shown: one namespace less, one more, everybody, or some other list. */
export const exports: readonly Operator[] = ["ServiceEntry", "VirtualService", "DestinationRule"].flatMap((kind) =>
  changes.map((change): Operator => (draft, random) => {
    const object = random.pick(draft.ofKind(kind));
    const list = change((object.spec.exportTo as string[] | undefined) ?? ["*"], random);
    draft.edit(list ? `exportTo ${list.join(", ")}` : "no exportTo", object, (spec) => {
      if (list?.length) spec.exportTo = list;
      else delete spec.exportTo;
    });
  }),
);
