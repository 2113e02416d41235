import * as pulumi from "@pulumi/pulumi";
import { assumptionOf } from "../components/blueprint.js";
import { reachIn } from "../components/judgement/stackReach.js";
import { SecurePlatform } from "../components/platform.js";
import { changesForOthers, changesText, writtenChange } from "../plan/changesForOthers.js";
import { controlPlaneLines, controlPlanesOf } from "../plan/controlPlanes.js";
import type { SecurePlatformArgs } from "./platform.js";

/** Judges and registers a stack, with what the engine's log says of it. */
export async function securePlatform(
  name: string,
  args: SecurePlatformArgs,
  opts: pulumi.ComponentResourceOptions,
): Promise<object> {
  const platform = await SecurePlatform.create(name, args, opts);
  const { urn, blueprint, analysis, access, findings, gatewaySources } = platform;
  const changes = changesForOthers(blueprint).map(writtenChange);
  if (changes.length > 0) void pulumi.log.warn(changesText(changes), platform);
  const controlPlanes = controlPlanesOf(blueprint);
  if (controlPlanes.length > 0)
    void pulumi.log.info(["Control planes:", ...controlPlaneLines(controlPlanes)].join("\n"), platform);
  const assumption = assumptionOf(blueprint);
  if (assumption) void pulumi.log.info(assumption, platform);
  for (const problem of reachIn(analysis).problems) void pulumi.log.warn(problem, platform);
  return {
    urn,
    gateway: blueprint.gateway.host,
    access,
    findings,
    gatewayRanges: gatewaySources?.ranges ?? [],
    gatewayAddresses: gatewaySources?.addresses ?? [],
  };
}
