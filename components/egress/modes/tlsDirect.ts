import { databaseRule } from "../destinationRules.js";
import { sniRoute } from "../route.js";
import { serviceEntry } from "../serviceEntry.js";
import type { Mode } from "./mode.js";

/** The application's own TLS, which the sidecar matches by SNI and sends to the database itself. */
export const tlsDirect: Mode = (path) => [serviceEntry(path, "TLS"), sniRoute(path), databaseRule(path)];
