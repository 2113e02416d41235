import { textOf } from "../messages/index.js";
import type { AroundVerdict, Evidence, MeshVerdict, Row } from "../model/model.js";
import { describePair } from "../assertions.js";
import type { Colors } from "./colors.js";
import { placeText, type SourceOf } from "./places.js";
import { aroundSymbols, hops, meshSymbols, objectName, remark } from "./words.js";

/** One pair in full: the chain that decides it, step by step, and the sidecar bypass. */
export function explanationText(row: Row, colors: Colors, sourceOf: SourceOf = () => undefined): string {
  return [
    colors.bold(describePair(row)),
    "",
    meshHeading(row.mesh, colors),
    ...steps(row.mesh.because, colors, sourceOf),
    "",
    aroundHeading(row.around, colors),
    ...steps(row.around.because, colors, sourceOf),
  ].join("\n");
}

function meshHeading(mesh: MeshVerdict, colors: Colors): string {
  const facts = [hops(mesh.encryption), remark(mesh)].filter(Boolean).join(", ");
  return `Through the mesh: ${colors.bold(`${meshSymbols[mesh.verdict]} ${mesh.verdict}`)}${facts && ` (${facts})`}`;
}

function aroundHeading({ verdict }: AroundVerdict, colors: Colors): string {
  return `Sidecar bypass: ${colors.bold(`${aroundSymbols[verdict]} ${verdict}`)}`;
}

/** Numbered evidence: the object and its field, then what it does. */
function steps(because: readonly Evidence[], colors: Colors, sourceOf: SourceOf): string[] {
  return because.flatMap((evidence, index) => {
    const place = placeText(sourceOf(evidence));
    const head = `${String(index + 1).padStart(3)}. ${colors.cyan(objectName(evidence))}`;
    return [`${head}${place ? colors.dim(`  ${place}`) : ""}`, `     ${textOf(evidence)}`];
  });
}
