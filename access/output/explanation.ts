import { textOf } from "../messages/index.js";
import type { AroundVerdict, Evidence, MeshVerdict, Row } from "../model/model.js";
import { describePair } from "../assertions.js";
import type { Colors } from "./table.js";
import { aroundSymbols, hops, meshSymbols, objectName, remark } from "./words.js";

/** Where an object of the evidence was read, as `file:line`; undefined for planned objects. */
export type WhereOf = (evidence: Evidence) => string | undefined;

/** One pair in full: the chain that decides it, step by step, and the way round. */
export function explanationText(row: Row, colors: Colors, whereOf: WhereOf = () => undefined): string {
  return [
    colors.bold(describePair(row)),
    "",
    meshHeading(row.mesh, colors),
    ...steps(row.mesh.because, colors, whereOf),
    "",
    aroundHeading(row.around, colors),
    ...steps(row.around.because, colors, whereOf),
  ].join("\n");
}

function meshHeading(mesh: MeshVerdict, colors: Colors): string {
  const facts = [hops(mesh.encryption), remark(mesh)].filter(Boolean).join(", ");
  return `Through the mesh: ${colors.bold(`${meshSymbols[mesh.verdict]} ${mesh.verdict}`)}${facts && ` (${facts})`}`;
}

function aroundHeading({ verdict }: AroundVerdict, colors: Colors): string {
  return `Past the sidecar: ${colors.bold(`${aroundSymbols[verdict]} ${verdict}`)}`;
}

/** Numbered evidence: the object and its field, then what it does. */
export function steps(because: readonly Evidence[], colors: Colors, whereOf: WhereOf): string[] {
  return because.flatMap((evidence, index) => {
    const where = whereOf(evidence);
    const head = `${String(index + 1).padStart(3)}. ${colors.cyan(objectName(evidence))}`;
    return [`${head}${where ? colors.dim(`  ${where}`) : ""}`, `     ${textOf(evidence)}`];
  });
}
