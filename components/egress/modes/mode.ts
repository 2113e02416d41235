import type { Manifest } from "../../manifest.js";
import type { Path } from "../endpoint.js";

/** One traffic mode: from a path to the resources that make it. What it can carry stands in settings/trafficModes.ts. */
export type Mode = (path: Path) => Manifest[];
