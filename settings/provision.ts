import { cloudSqlProblems } from "./cloudSql.js";
import { databaseRanges, type ClusterSettings } from "./cluster.js";
import type { DatabaseSettings } from "./databases.js";
import type { Problem } from "./problem.js";
import { rdsProblems } from "./rds.js";
import { defaultPorts } from "./trafficModes.js";

/** The cloud each service belongs to, and the key that gives its databases their addresses. */
const homes = {
  rds: { cloud: "ack", rangeKey: "cluster.zones[0].databases" },
  "cloud-sql": { cloud: "gke", rangeKey: "cluster.databaseCidr" },
} as const;

/** Databases that are to be created where they cannot be. */
export function provisionProblems(databases: DatabaseSettings[], cluster: ClusterSettings): Problem[] {
  return databases.flatMap(({ provision, protocol, port }, index) => {
    if (!provision) return [];
    const { service } = provision;
    const { cloud, rangeKey } = homes[service];
    const path = `databases[${index}].provision.service`;
    if (cluster.cloud !== cloud)
      return [
        {
          path,
          value: service,
          reason: `is created beside ${cloud} clusters, but cluster.cloud is ${cluster.cloud}`,
          instead: "Create the database elsewhere and write its host",
        },
      ];
    return [
      ...(protocol === "mysql" || protocol === "postgres"
        ? serviceProblems(provision, protocol, `databases[${index}].provision`)
        : [{ path, value: service, reason: `does not speak ${protocol}`, instead: "Use mysql or postgres" }]),
      ...(databaseRanges(cluster).length > 0
        ? []
        : [
            {
              path,
              value: service,
              reason: `has no range to take an address from`,
              instead: `Write one under ${rangeKey}`,
            },
          ]),
      ...(service === "cloud-sql" && port !== defaultPorts[protocol]
        ? [
            {
              path: `databases[${index}].port`,
              value: port,
              reason: "cannot be: Cloud SQL listens on its protocol's usual port only",
              instead: "Leave it out",
            },
          ]
        : []),
    ];
  });
}

/** What the service would refuse only when it creates the database, after everything before it. */
function serviceProblems(
  provision: NonNullable<DatabaseSettings["provision"]>,
  protocol: "mysql" | "postgres",
  path: string,
): Problem[] {
  const found =
    provision.service === "cloud-sql"
      ? cloudSqlProblems({ ...provision, protocol })
      : rdsProblems({ ...provision, protocol });
  const own = found.map(({ key, ...rest }): Problem => ({ path: `${path}.${key}`, value: provision[key], ...rest }));
  if (provision.service === "cloud-sql" || provision.edition === undefined) return own;
  return [
    ...own,
    {
      path: `${path}.edition`,
      value: provision.edition,
      reason: "is an edition of Cloud SQL, and service is rds",
      instead: "Leave it out: the instance type says the edition",
    },
  ];
}
