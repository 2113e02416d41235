import { databaseRule } from "../destinationRules.js";
import { serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/** The sidecar connects to the database itself. Nothing else in the mesh can reach it, but no gateway checks who does. */
export const tcpDirect: Mode = (path) => [serviceEntry(path, "TCP"), databaseRule(path)];
