import * as pulumi from "@pulumi/pulumi";
import { changesText } from "../plan/changesForOthers.js";
import { deploy } from "../program.js";
import { withMembers } from "../settings/srv.js";
import { loadSettings } from "../settings/load.js";
import type { SecurePlatformArgs } from "./platform.js";

/** Judges and registers a stack, as the program of this repository does with a stack file. */
export async function securePlatform(
  name: string,
  { settings, secrets = {} }: SecurePlatformArgs,
  opts: pulumi.ComponentResourceOptions,
): Promise<object> {
  const outcome = await deploy(name, await withMembers(loadSettings({ ...settings })), secrets, opts);
  if (outcome.changes.length > 0) void pulumi.log.warn(changesText(outcome.changes), outcome.platform);
  if (outcome.assumption) void pulumi.log.info(outcome.assumption, outcome.platform);
  for (const problem of outcome.problems) void pulumi.log.warn(problem, outcome.platform);
  const { platform, access, findings } = outcome;
  return {
    urn: platform.urn,
    gateway: platform.blueprint.gateway.host,
    access,
    findings,
    gatewayRanges: platform.gatewaySources?.ranges ?? [],
    gatewayAddresses: platform.gatewaySources?.addresses ?? [],
  };
}
