import { basename } from "node:path";
import type { Analysis } from "mesh-access";
import type { WrittenChange } from "./changesForOthers.js";
import type { StackReach } from "../components/judgement/stackReach.js";
import type { ControlPlane } from "./controlPlanes.js";
import { run } from "../program.js";
import type { Settings } from "../settings/schema.js";
import { referredSecrets } from "../settings/secrets.js";
import { project } from "../settings/project.js";
import type { LookUp } from "../settings/srv.js";
import { loadStackFile, projectRoot } from "../settings/stackFile.js";
import { type PlannedResource, record, secretMark } from "./recording.js";

/** What a stack would create. */
export interface Plan extends StackReach {
  stack: string;
  settings: Settings;
  /** In the order in which the engine would be asked. */
  resources: PlannedResource[];
  /** What the stack changes for workloads that are not its own. */
  changes: WrittenChange[];
  /** Control planes, and the namespaces they serve. Empty where none has a name. */
  controlPlanes: ControlPlane[];
  /** Of the stack's manifests, and of those that another stack has written for it. */
  analysis: Analysis;
  /** What the verdicts assume of that other stack. */
  assumption?: string;
  /** The cluster that it is judged on, where one was read. @default the stack alone */
  cluster?: string;
  /** Names of secrets that the settings refer to and the stack file does not hold. */
  missingSecrets: string[];
}

/**
 * Runs the program in this process as `pulumi preview` would, without cloud, credentials or engine.
 *
 * @throws {@link SettingsError} with every problem of the stack file at once.
 */
export async function planStack(file: string, lookUp?: LookUp): Promise<Plan> {
  const { own, foreign, settings, secrets: given } = loadStackFile(file);
  const root = projectRoot(file);
  const referred = referredSecrets(settings);
  const secrets = Object.fromEntries([...given, ...referred].map((name) => [name, secretMark]));
  const stack = stackName(file);
  const { value, resources } = await record(
    {
      project,
      stack,
      config: flat({ ...foreign, ...prefixed({ ...own, secrets }) }),
      secretKeys: [`${project}:secrets`],
    },
    () => run(root, lookUp),
  );
  return {
    stack,
    settings,
    resources,
    changes: value.changes,
    controlPlanes: value.controlPlanes,
    analysis: value.analysis,
    assumption: value.assumption,
    access: value.access,
    findings: value.findings,
    problems: value.problems,
    missingSecrets: referred.filter((name) => !given.includes(name)),
  };
}

/** `stacks/Pulumi.rds.yaml` is the stack `rds`; a file named otherwise is a stack of its own name. */
export function stackName(file: string): string {
  return basename(file)
    .replace(/^Pulumi\./, "")
    .replace(/\.ya?ml$/, "");
}

function prefixed(own: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(own).map(([key, value]) => [`${project}:${key}`, value]));
}

/** The engine hands values to a program as text. */
function flat(config: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
