import { run } from "./program.js";

const outcome = await run();

/** Who reaches which database, by which path, encrypted how, known as whom. Pairs not listed reach nothing. */
export const access = outcome.access;
/** Where sidecars send what leaves for a database. */
export const gateway = outcome.platform.blueprint.gateway.host;
/** Where its connections come from: what the allow-list of a database that exists already must admit. */
export const gatewaySources = outcome.platform.gatewaySources;
