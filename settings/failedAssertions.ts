/** Assertions of the stack's `access.assert` that its manifests fail. Thrown before anything is registered. */
export class FailedAssertionsError extends Error {
  constructor(readonly report: string) {
    super(`The stack fails assertions under access.assert; nothing was applied.\n${report}`);
    this.name = "FailedAssertionsError";
  }
}
