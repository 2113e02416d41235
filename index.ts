import { platform } from "./program.js";

const { blueprint } = await platform();

/** Where sidecars send what leaves for a database. */
export const gateway = blueprint.gateway.host;
