import { ensureServers, progressLine } from "./servers.js";

// `npx tsx lab/servers/ensure.ts`: build and install what the lab needs, without running it.
await ensureServers({ progress: (step) => console.log(progressLine(step)) }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
