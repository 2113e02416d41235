/**
 * What ApsaraDB RDS accepts together. The cloud says so only when the instance is created, after everything before it.
 *
 * Instance types: https://help.aliyun.com/document_detail/276990.htm (PostgreSQL) and
 * https://www.alibabacloud.com/help/en/rds/apsaradb-rds-for-mysql/primary-apsaradb-rds-for-mysql-instance-types (MySQL).
 * Their lists grow and differ by region, so a type whose form is not known is left to the cloud.
 */

/** An instance as its settings describe it. */
export interface RdsInstance {
  protocol: "mysql" | "postgres";
  engineVersion: string;
  instanceType: string;
  storageGib?: number;
}

/** What is wrong with one key of an instance. */
export interface RdsProblem {
  key: "engineVersion" | "instanceType" | "storageGib";
  reason: string;
  instead: string;
}

/** Editions as the API calls them. The end of an instance type's name says which one it is of. */
type RdsEdition = "Basic" | "HighAvailability" | "cluster";

interface Engine {
  prefix: string;
  versions: readonly string[];
  example: string;
  /** What the names of each edition's instance types end with. */
  ends: readonly (readonly [end: RegExp, edition: RdsEdition])[];
}

/** How RDS writes versions and instance types of each engine, with an example of both. */
const engines = {
  mysql: {
    prefix: "mysql.",
    versions: ["5.7", "8.0", "8.4"],
    example: "mysql.n2.medium.2c",
    ends: [
      [/\.1$/, "Basic"],
      [/\.2c$/, "HighAvailability"],
      [/\.xc$/, "cluster"],
    ],
  },
  postgres: {
    prefix: "pg.",
    versions: ["13.0", "14.0", "15.0", "16.0", "17.0", "18.0"],
    example: "pg.n2.2c.2m",
    ends: [
      [/\.1m?$/, "Basic"],
      [/\.2[cm]$/, "HighAvailability"],
      [/\.xc$/, "cluster"],
    ],
  },
} as const satisfies Record<RdsInstance["protocol"], Engine>;

/** Smallest ESSD disk of the performance level that RDS gives by default, and the steps in which disks grow. */
const [leastStorageGib, storageStepGib] = [20, 5];

/** Edition that an instance type belongs to; undefined where its name does not say. */
export function rdsEdition({ protocol, instanceType }: Pick<RdsInstance, "protocol" | "instanceType">) {
  return engines[protocol].ends.find(([end]) => end.test(instanceType))?.[1];
}

/** Every problem of version, instance type and disk; empty where RDS would create the instance, as far as is known. */
export function rdsProblems(instance: RdsInstance): RdsProblem[] {
  return [...versionProblems(instance), ...typeProblems(instance), ...storageProblems(instance)];
}

function versionProblems({ protocol, engineVersion }: RdsInstance): RdsProblem[] {
  const { versions } = engines[protocol];
  return versions.some((version) => version === engineVersion)
    ? []
    : [
        {
          key: "engineVersion",
          reason: `is not a version of ${protocol} in ApsaraDB RDS`,
          instead: `Write ${versions.join(", ")}, in quotes`,
        },
      ];
}

/** Instance types that exist, and that these arguments cannot create. */
const elsewhere: [form: RegExp, reason: string][] = [
  [/^(mysql|pg)ro\./, "is for read-only instances"],
  [/\.serverless\./, "is for serverless instances, which this stack does not create"],
  [/^rds\.|^(mysql|pg)\.[a-z0-9]+\.[a-z0-9]+\.2$/, "has a local disk, and instances here have a cloud disk"],
];

function typeProblems({ protocol, instanceType }: RdsInstance): RdsProblem[] {
  const { prefix, example } = engines[protocol];
  const reason =
    elsewhere.find(([form]) => form.test(instanceType))?.[1] ??
    (/^[a-z]+(\.[a-z0-9]+){3}$/.test(instanceType) && instanceType.startsWith(prefix)
      ? undefined
      : `is not an instance type of ${protocol} in ApsaraDB RDS`);
  return reason === undefined
    ? []
    : [
        {
          key: "instanceType",
          reason,
          instead: `Write one such as ${example}; \`aliyun rds DescribeAvailableClasses\` lists those of a zone`,
        },
      ];
}

function storageProblems({ storageGib = leastStorageGib }: RdsInstance): RdsProblem[] {
  return storageGib >= leastStorageGib && storageGib % storageStepGib === 0
    ? []
    : [
        {
          key: "storageGib",
          reason: "is not a size of a disk in ApsaraDB RDS",
          instead: `Write a multiple of ${storageStepGib} from ${leastStorageGib} on`,
        },
      ];
}
