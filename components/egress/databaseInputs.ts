import { type Placeholder, written } from "mesh-access";
import * as pulumi from "@pulumi/pulumi";
import { databaseProblems, sharedPolicyProblems } from "../../settings/databaseChecks.js";
import { databaseSchema, type DatabaseSettings } from "../../settings/databases.js";
import type { DatabaseInput as DatabaseEntry } from "../../settings/input.js";
import { parse } from "../../settings/parse.js";
import { type Problem, SettingsError } from "../../settings/problem.js";
import { type TrafficMode, trafficModes } from "../../settings/trafficModes.js";
import type { Gateway } from "../gateway/gateway.js";
import type { MeshFacts } from "../mesh/mesh.js";
import type { ValueOf } from "../placeholders.js";

/** A list that may be known later, as a whole or item by item. */
export type ListInput = pulumi.Input<pulumi.Input<string>[]>;

/** A database, its clients and the path between them. What has a default may be left out. */
export interface DatabaseInput extends Omit<DatabaseEntry, "host" | "addresses" | "ranges" | "provision"> {
  /** Host name the application dials. An output of another resource is fine, such as the DNS name of an instance. */
  host: pulumi.Input<string>;
  /**
   * Addresses of the database.
   *
   * @default the host is resolved by DNS
   */
  addresses?: ListInput;
  /**
   * Ranges the database's addresses lie in: NetworkPolicy lets the gateway out to these only.
   *
   * @default `addresses`, else any address outside the cluster on the database's port
   */
  ranges?: ListInput;
}

/** A database whose arguments are checked as far as they are known, and where the rest comes from. */
export interface CheckedDatabase {
  /** With placeholders for what is not known yet. */
  database: DatabaseSettings;
  values: ValueOf;
}

interface Context {
  mesh: MeshFacts;
  gateway: Gateway;
}

/** Values that pass every check, in the place of those that are not known yet. */
const standIns = { host: "not-known-yet.example", address: "192.0.2.1", range: "192.0.2.0/24" };

/**
 * Checks a database's arguments: at once what is known, and when the rest is known, that too, with the same messages. A
 * value that fails then never reaches a resource.
 *
 * @throws {@link SettingsError} with every problem of what is known, before anything is registered.
 */
export function checkedDatabase(input: DatabaseInput, context: Context): CheckedDatabase {
  const { host, addresses, ranges } = input;
  const database = check(
    {
      ...input,
      host: isKnown(host) ? host : standIns.host,
      addresses: known(addresses, standIns.address),
      ranges: known(ranges, standIns.range),
    },
    context,
  );
  if (!isKnown(host) && trafficModes[database.trafficMode].wildcard)
    throw new SettingsError([hostMustBeKnown(database.trafficMode)]);
  const checked = pulumi.output({ host, addresses, ranges }).apply((values) => {
    check({ ...input, ...values }, context);
    return values;
  });
  return {
    database: {
      ...database,
      host: isKnown(host) ? String(host) : written({ kind: "host", of: database.name }),
      addresses: listed(addresses, `${database.name}.addresses`),
      ranges: listed(ranges, `${database.name}.ranges`),
    },
    values: (placeholder) => valueIn(checked, database.name, placeholder),
  };
}

function check(input: object, { mesh, gateway }: Context): DatabaseSettings {
  const database = parse(databaseSchema, input, "database");
  const problems = [
    ...databaseProblems(database, "database", { meshKind: mesh.kind }),
    ...sharedPolicyProblems(database, "database", gateway),
  ];
  if (problems.length > 0) throw new SettingsError(problems);
  return database;
}

function hostMustBeKnown(trafficMode: TrafficMode): Problem {
  return {
    path: "database.host",
    reason: `is an output, and ${trafficMode} needs the wildcard itself to decide which names belong to the group`,
    instead: "Write it as text, such as *.db.example.com",
  };
}

const isKnown = (value: unknown) => !pulumi.Output.isInstance(value) && !(value instanceof Promise);

/** The list for the checks at once, with stand-ins for items that are not known. */
function known(list: ListInput | undefined, standIn: string): unknown {
  if (list === undefined) return undefined;
  return isKnown(list) && Array.isArray(list) ? list.map((item) => (isKnown(item) ? item : standIn)) : [standIn];
}

/** The list for the manifests. A list that is not known is one item, which becomes as many as there are. */
function listed(list: ListInput | undefined, of: string): string[] | undefined {
  if (list === undefined) return undefined;
  if (!isKnown(list) || !Array.isArray(list)) return [written({ kind: "addresses", of })];
  return list.map((item, i) => (isKnown(item) ? String(item) : written({ kind: "address", of: `${of}.${i}` })));
}

interface Values {
  host: string;
  addresses?: string[];
  ranges?: string[];
}

function valueIn(
  checked: pulumi.Output<Values>,
  database: string,
  { kind, of }: Placeholder,
): pulumi.Output<string> | pulumi.Output<string[]> {
  if (kind === "host" && of === database) return checked.apply(({ host }) => host);
  const [key = "", index] = of.slice(database.length + 1).split(".");
  const list = (values: Values) => values[key as "addresses" | "ranges"] ?? [];
  if (kind === "addresses") return checked.apply(list);
  return checked.apply((values) => list(values)[Number(index)] ?? "");
}
