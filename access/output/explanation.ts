import { objectName } from "../model/objectName.js";
import { textOf } from "../messages/index.js";
import type { BypassVerdict, Evidence, MeshVerdict, Row } from "../model/model.js";
import { describePair } from "../assertions.js";
import type { Colors } from "./colors.js";
import { placeText, type SourceOf } from "./places.js";
import { bypassSymbols, hops, meshSymbols, remark } from "./words.js";

/** One pair in full: the chain that decides it, step by step, and the sidecar bypass. */
export function explanationText(row: Row, colors: Colors, sourceOf: SourceOf = () => undefined): string {
  return [
    colors.bold(describePair(row)),
    "",
    meshHeading(row.mesh, colors),
    ...steps(row.mesh.because, colors, sourceOf),
    "",
    bypassHeading(row.bypass, colors),
    ...steps(row.bypass.because, colors, sourceOf),
  ].join("\n");
}

function meshHeading(mesh: MeshVerdict, colors: Colors): string {
  const facts = [hops(mesh.encryption), remark(mesh)].filter(Boolean).join(", ");
  return `Through the mesh: ${colors.bold(`${meshSymbols[mesh.verdict]} ${mesh.verdict}`)}${facts && ` (${facts})`}`;
}

function bypassHeading({ verdict }: BypassVerdict, colors: Colors): string {
  return `Sidecar bypass: ${colors.bold(`${bypassSymbols[verdict]} ${verdict}`)}`;
}

/** Numbered evidence: the object and its field, then what it does. */
function steps(because: readonly Evidence[], colors: Colors, sourceOf: SourceOf): string[] {
  return because.flatMap((evidence, index) => {
    const place = placeText(sourceOf(evidence));
    const head = `${String(index + 1).padStart(3)}. ${colors.cyan(objectName(evidence))}`;
    return [`${head}${place ? colors.dim(`  ${place}`) : ""}`, `     ${textOf(evidence)}`];
  });
}
