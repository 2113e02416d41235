import { message, type Problem, problemAt } from "mesh-access";
import type { Settings } from "../../settings/schema.js";

/** Atlas names a cluster `cluster0.ab12c.mongodb.net`, and its members `cluster0-shard-00-00.ab12c.mongodb.net`. */
const atlasCluster = /^(?!.*-shard-)[^.*]+\.[^.]+\.mongodb\.net$/;

/** What is allowed in settings, and most likely not meant. */
export function settingsWarnings({ databases }: Pick<Settings, "databases">): Problem[] {
  return databases.flatMap(({ name, host, protocol, srv }) =>
    srv === undefined && protocol === "mongo" && host !== undefined && atlasCluster.test(host)
      ? [problemAt(message("cluster-name-without-address", { database: name, host }))]
      : [],
  );
}
