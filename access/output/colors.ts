import type { createColors } from "picocolors";
import type { MeshVerdictName } from "../model/model.js";

export type Colors = ReturnType<typeof createColors>;

const meshColor: Record<MeshVerdictName, "green" | "yellow" | "dim" | "red" | "magenta"> = {
  gateway: "green",
  direct: "yellow",
  blocked: "dim",
  misrouted: "red",
  unknown: "magenta",
};

/** Text in the colour of a verdict; the verdict's shape distinguishes it without colours. */
export function inColorOf(verdict: MeshVerdictName, text: string, colors: Colors): string {
  return colors[meshColor[verdict]](text);
}
