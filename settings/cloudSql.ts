/**
 * What Cloud SQL accepts together. The cloud says so only when the instance is created, after everything before it.
 *
 * Editions and tiers: https://docs.cloud.google.com/sql/docs/postgres/create-instance#machine-types and
 * https://docs.cloud.google.com/sql/docs/mysql/create-instance#machine-types. Sizes of custom tiers:
 * https://docs.cloud.google.com/sql/docs/postgres/instance-settings.
 */

/** Editions of Cloud SQL. */
export const cloudSqlEditions = ["ENTERPRISE", "ENTERPRISE_PLUS"] as const;
export type CloudSqlEdition = (typeof cloudSqlEditions)[number];

/**
 * The API's own default is ENTERPRISE_PLUS from Postgres 16 on, which is dearer and refuses every custom tier. So the
 * edition is always written.
 */
export const defaultCloudSqlEdition: CloudSqlEdition = "ENTERPRISE";

/** An instance as its settings describe it. */
export interface CloudSqlInstance {
  protocol: "mysql" | "postgres";
  engineVersion: string;
  instanceType: string;
  edition?: CloudSqlEdition;
}

/** What is wrong with one key of an instance. */
export interface CloudSqlProblem {
  key: "engineVersion" | "instanceType";
  reason: string;
  instead: string;
}

/** How Cloud SQL writes the version of each engine, an example, and the oldest major version in the Plus edition. */
const engines = {
  mysql: { version: /^MYSQL_(5_6|5_7|8_0|8_4|[89]_\d+|\d{2}_\d+)(_\d+)?$/, example: "MYSQL_8_4", oldestPlus: 8 },
  postgres: { version: /^POSTGRES_(9_6|\d{2})$/, example: "POSTGRES_17", oldestPlus: 12 },
};

const plusTier = /^db-(perf-optimized-N-\d+|memory-optimized-N-\d+|c4a-highmem-\d+)$/;
const customTier = /^db-custom-(?:N4-)?(?<cpus>\d+)-(?<memoryMib>\d+)$/;
const sharedTier = /^db-(f1-micro|g1-small)$/;
/** Older predefined machines, which MySQL alone has. */
const legacyTier = /^db-n1-(standard|highmem)-\d+$/;

/** Sizes of a custom tier: even numbers of CPUs beside one, and memory in steps, per CPU and at least. */
const custom = { mostCpus: 96, stepMib: 256, leastMib: 3840, perCpuGib: { least: 0.9, most: 6.5 } };

/** Every problem of version and tier; empty where Cloud SQL would create the instance. */
export function cloudSqlProblems(instance: CloudSqlInstance): CloudSqlProblem[] {
  const version = versionProblems(instance);
  return [...version, ...tierProblems(instance)];
}

function versionProblems({
  protocol,
  engineVersion,
  edition = defaultCloudSqlEdition,
}: CloudSqlInstance): CloudSqlProblem[] {
  const { version, example, oldestPlus } = engines[protocol];
  if (!version.test(engineVersion))
    return [
      {
        key: "engineVersion",
        reason: `is not a version of ${protocol} as Cloud SQL writes it`,
        instead: `Write one such as ${example}`,
      },
    ];
  const major = Number(/\d+/.exec(engineVersion)?.[0]);
  return edition === "ENTERPRISE_PLUS" && major < oldestPlus
    ? [
        {
          key: "engineVersion",
          reason: "does not exist in edition ENTERPRISE_PLUS",
          instead: `Write one such as ${example}, or leave edition out`,
        },
      ]
    : [];
}

function tierProblems({
  protocol,
  instanceType,
  edition = defaultCloudSqlEdition,
}: CloudSqlInstance): CloudSqlProblem[] {
  const problem = (reason: string, instead: string): CloudSqlProblem[] => [{ key: "instanceType", reason, instead }];
  if (edition === "ENTERPRISE_PLUS")
    return plusTier.test(instanceType)
      ? []
      : problem(
          "is not a tier of edition ENTERPRISE_PLUS",
          "Write a predefined tier such as db-perf-optimized-N-2, or leave edition out",
        );
  if (plusTier.test(instanceType))
    return problem(
      "is a tier of edition ENTERPRISE_PLUS only",
      "Write edition: ENTERPRISE_PLUS, or a tier such as db-custom-2-7680",
    );
  if (sharedTier.test(instanceType)) return [];
  if (legacyTier.test(instanceType))
    return protocol === "mysql"
      ? []
      : problem("exists for MySQL only", "Write a tier such as db-custom-2-7680, or db-g1-small");
  const sizes = customTier.exec(instanceType)?.groups;
  if (!sizes)
    return problem("is not a tier of Cloud SQL", "Write one such as db-custom-2-7680: CPUs, and memory in MiB");
  return sizeProblems(Number(sizes["cpus"]), Number(sizes["memoryMib"]));
}

function sizeProblems(cpus: number, memoryMib: number): CloudSqlProblem[] {
  const { mostCpus, stepMib, leastMib, perCpuGib } = custom;
  const mib = (gib: number) => Math.ceil((gib * 1024 * cpus) / stepMib) * stepMib;
  const least = Math.max(leastMib, mib(perCpuGib.least));
  const most = Math.floor((perCpuGib.most * 1024 * cpus) / stepMib) * stepMib;
  const problem = (reason: string, instead: string): CloudSqlProblem => ({ key: "instanceType", reason, instead });
  if (cpus < 1 || cpus > mostCpus || (cpus !== 1 && cpus % 2 !== 0))
    return [problem(`has ${cpus} CPUs`, `Write 1, or an even number up to ${mostCpus}, as in db-custom-2-7680`)];
  return memoryMib < least || memoryMib > most || memoryMib % stepMib !== 0
    ? [
        problem(
          `has ${memoryMib} MiB of memory for ${cpus} CPUs`,
          `Write a multiple of ${stepMib} from ${least} to ${most}`,
        ),
      ]
    : [];
}
