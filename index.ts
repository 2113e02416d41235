import * as pulumi from "@pulumi/pulumi";
import { changesText } from "./plan/changesForOthers.js";
import { controlPlaneLines } from "./plan/controlPlanes.js";
import { FailedAssertionsError } from "./settings/failedAssertions.js";
import { run } from "./program.js";
import { SettingsError } from "./settings/problem.js";

/**
 * What the settings are refused for, as the engine is to show it. Where the program found it says nothing to who wrote the
 * settings, and a stack through the SDK's own files keeps Node's `inspect`, with which the SDK prints it, busy for half a minute.
 */
function refusal(error: unknown): unknown {
  if (!(error instanceof SettingsError || error instanceof FailedAssertionsError)) return error;
  const shown = new pulumi.RunError(error.message);
  delete shown.stack;
  return shown;
}

const outcome = await run().catch((error: unknown) => {
  throw refusal(error);
});
if (outcome.changes.length > 0) void pulumi.log.warn(changesText(outcome.changes));
if (outcome.controlPlanes.length > 0)
  void pulumi.log.info(["Control planes:", ...controlPlaneLines(outcome.controlPlanes)].join("\n"));
if (outcome.assumption) void pulumi.log.info(outcome.assumption);
for (const problem of outcome.problems) void pulumi.log.warn(problem);

/** Who reaches which database, by which path, encrypted how, known as whom. Pairs not listed reach nothing. */
export const access = outcome.access;
/** What no single pair shows, the most harmful first, with what to change. */
export const findings = outcome.findings;
/** Where sidecars send what leaves for a database. */
export const gateway = outcome.platform.blueprint.gateway.host;
/** Where its connections come from: what the allow-list of a database that exists already must admit. */
export const gatewaySources = outcome.platform.gatewaySources;
/** Revision of Istio that each namespace gets its proxies from, where control planes have names: a preview shows which of them move. */
export const revisions =
  outcome.controlPlanes.length > 0 ? Object.fromEntries(outcome.platform.blueprint.revisions) : undefined;
