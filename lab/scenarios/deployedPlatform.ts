import { run } from "../../program.js";

/** The program a user's `pulumi up` runs, with its outputs, as a function for the Automation API. */
export async function deployedPlatform(): Promise<Record<string, unknown>> {
  const { access, platform } = await run();
  return { access, gateway: platform.blueprint.gateway.host };
}
