/** Title of the figure on operations of the engine, which the table of what was mended looks up. */
export const operationsTitle = "Time of operations";

/** Operations of the engine, in the order in which they are run. */
export const operationNames = {
  up: "up",
  preview: "preview without a change",
  oneMore: "one more database",
  removal: "removal",
  upOnce: "up, state written once",
  removalOnce: "removal, state written once",
  upInTens: "up, in stacks of ten",
  removalInTens: "removal, in stacks of ten",
} as const;
