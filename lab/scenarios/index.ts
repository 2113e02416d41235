import { adoptExperiment } from "../adopt/index.js";
import { languagesExperiment } from "../languages/index.js";
import { commandExperiment } from "../command/index.js";
import { mutationsExperiment } from "../mutations/index.js";
import { recipesExperiment } from "../recipes/index.js";
import { cloudsExperiment } from "../clouds/index.js";
import { admissionScenario } from "../admission/index.js";
import { faultsScenario } from "../faults/index.js";
import { rightsExperiment } from "../rights/index.js";
import { sharedPolicyScenario } from "../sharedPolicy/index.js";
import { teamsExperiment } from "../teams/index.js";
import { tenantsScenario } from "../tenants/index.js";
import { alertsScenario } from "../alerts/index.js";
import { usageExperiment } from "../usage/index.js";
import { upgradeScenario } from "../upgrade/index.js";
import { applicationTlsScenario } from "./applicationTls.js";
import { bookinfoScenario } from "./bookinfo.js";
import { bookstoreScenario } from "./bookstore.js";
import { boutiqueScenario } from "./boutique.js";
import { localScenario } from "./local.js";
import { modesScenario } from "./modes.js";
import { rdsScenario } from "./rds.js";
import { retailScenario } from "./retail.js";
import type { Experiment } from "./experiment.js";
import type { Scenario } from "./scenario.js";

/** In the order they run. */
export const scenarios: readonly Scenario[] = [
  rdsScenario,
  bookinfoScenario,
  bookstoreScenario,
  retailScenario,
  boutiqueScenario,
  localScenario,
  modesScenario,
  applicationTlsScenario,
  sharedPolicyScenario,
  faultsScenario,
  tenantsScenario,
  admissionScenario,
  alertsScenario,
  upgradeScenario,
];

/** After the stacks, for what they show of the analysis and of the documents holds for any of them. */
export const experiments: readonly Experiment[] = [
  teamsExperiment,
  rightsExperiment,
  commandExperiment,
  languagesExperiment,
  cloudsExperiment,
  recipesExperiment,
  adoptExperiment,
  usageExperiment,
  mutationsExperiment,
];
