import { modesScenario } from "./modes.js";
import { rdsScenario } from "./rds.js";
import type { Scenario } from "./scenario.js";

/** In the order they run. */
export const scenarios: readonly Scenario[] = [rdsScenario, modesScenario];
