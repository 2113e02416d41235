import { adoptExperiment } from "../adopt/adoptExperiment.js";
import { languagesExperiment } from "../languages/languagesExperiment.js";
import { commandExperiment } from "../command/commandExperiment.js";
import { mutationsExperiment } from "../mutations/mutationsExperiment.js";
import { recipesExperiment } from "../recipes/recipesExperiment.js";
import { cloudsExperiment } from "../clouds/cloudsExperiment.js";
import { admissionScenario } from "../admission/admissionScenario.js";
import { faultsScenario } from "../faults/faultsScenario.js";
import { rightsExperiment } from "../rights/rightsExperiment.js";
import { sharedPolicyScenario } from "../sharedPolicy/sharedPolicyScenario.js";
import { teamsExperiment } from "../teams/teamsExperiment.js";
import { tenantsScenario } from "../tenants/tenantsScenario.js";
import { alertsScenario } from "../alerts/alertsScenario.js";
import { usageExperiment } from "../usage/usageExperiment.js";
import { upgradeScenario } from "../upgrade/upgradeScenario.js";
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
