import { CommanderError } from "commander";
import { InputError } from "../input/inputError.js";

const exitCodes = { fine: 0, refused: 1, usage: 2 };

/**
 * Runs a command line and returns its exit code: 0 fine, 1 refused or something is wrong, 2 wrong usage.
 *
 * @param isRefusal Which other errors are the user's to mend, so that their message is enough.
 */
export async function exitCodeOf(
  run: () => Promise<unknown>,
  isRefusal: (error: unknown) => error is Error = (error): error is Error => error instanceof InputError,
): Promise<number> {
  try {
    await run();
    return Number(process.exitCode ?? exitCodes.fine);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (!(error instanceof InputError || isRefusal(error))) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodes.refused;
  }
}
