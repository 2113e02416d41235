import { written } from "mesh-access";
import * as pulumi from "@pulumi/pulumi";
import { databaseProblems, sharedPolicyProblems } from "../../settings/databaseChecks.js";
import { databaseSchema, type DatabaseSettings } from "../../settings/databases.js";
import type { DatabaseEntryInput } from "../../settings/input.js";
import { parse } from "../../settings/parse.js";
import { type Problem, SettingsError } from "../../settings/problem.js";
import { type TrafficMode, trafficModes } from "../../settings/trafficModes.js";
import type { Gateway } from "../gateway/gateway.js";
import type { MeshFacts } from "../mesh/mesh.js";
import type { ValueOf } from "../placeholders.js";

/** A list that may be known later, as a whole or item by item. */
export type ListInput = pulumi.Input<pulumi.Input<string>[]>;

/** A database, its clients and the path between them. What has a default may be left out. */
export interface DatabaseInput extends Omit<DatabaseEntryInput, "host" | "srv" | "addresses" | "ranges" | "provision"> {
  /**
   * Host name the application dials. An output of another resource is fine, such as the DNS name of an instance.
   *
   * @default `<name>.db.internal`, for applications that dial one of `addresses`
   */
  host?: pulumi.Input<string>;
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

/** Fields that may be known later. */
type Late = Pick<DatabaseInput, "host" | "addresses" | "ranges">;
type LateKey = keyof Late;

/** Values that pass every check, in the place of those that are not known yet. */
const standIns = { host: "not-known-yet.example", addresses: "192.0.2.1", ranges: "192.0.2.0/24" };

/**
 * Checks a database's arguments: at once what is known, and each of the others when it is known, with the same messages. A
 * value that fails then never reaches a resource.
 *
 * @throws {@link SettingsError} with every problem of what is known, before anything is registered.
 */
export function checkedDatabase(input: DatabaseInput, context: Context): CheckedDatabase {
  const { host, addresses, ranges } = input;
  const known = {
    ...input,
    host: isKnown(host) ? host : standIns.host,
    addresses: knownList(addresses, standIns.addresses),
    ranges: knownList(ranges, standIns.ranges),
  };
  const problems = isKnown(host) ? [] : wildcardProblems(input.trafficMode);
  if (problems.length > 0) throw new SettingsError(problems);
  const database = check(known, context);
  const late = (key: LateKey): pulumi.Output<unknown> =>
    (pulumi.output(input[key]) as pulumi.Output<unknown>).apply((value) => {
      if (isPlain(input[key])) return value;
      check({ ...known, [key]: value }, context);
      if (Array.isArray(value) && value.length === 0) throw new SettingsError([emptyList(key)]);
      return value;
    });
  const { name } = database;
  return {
    database: {
      ...database,
      host: isKnown(host) ? database.host : written({ kind: "host", of: name }),
      addresses: listed(addresses, `${name}.addresses`),
      ranges: listed(ranges, `${name}.ranges`),
    },
    values: valuesOf(name, { host: late("host"), addresses: late("addresses"), ranges: late("ranges") }),
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

/** Names of a forwarder's resources and its configuration hold the wildcard itself. */
function wildcardProblems(trafficMode: TrafficMode | undefined): Problem[] {
  if (!trafficMode || !trafficModes[trafficMode]?.wildcard) return [];
  return [
    {
      path: "database.host",
      reason: `is an output, and ${trafficMode} needs the wildcard itself to decide which names belong to the group`,
      instead: "Write it as text, such as *.db.example.com",
    },
  ];
}

/** Whether there are any is decided before they are known: an empty list cannot be taken back to none. */
function emptyList(key: LateKey): Problem {
  return { path: `database.${key}`, value: [], reason: "is empty", instead: "Give at least one, or leave it out" };
}

const isKnown = (value: unknown) => !pulumi.Output.isInstance(value) && !(value instanceof Promise);

/** Whether the checks at once have seen the whole value. */
const isPlain = (value: unknown) => isKnown(value) && (!Array.isArray(value) || value.every(isKnown));

/** The list for the checks at once, with stand-ins for items that are not known. */
function knownList(list: ListInput | undefined, standIn: string): unknown {
  if (!isKnown(list)) return [standIn];
  return Array.isArray(list) ? list.map((item) => (isKnown(item) ? item : standIn)) : list;
}

/** The list for the manifests. A list that is not known is one item, which becomes as many as there are. */
function listed(list: ListInput | undefined, of: string): string[] | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) return [written({ kind: "addresses", of })];
  return list.map((item, i) => (isKnown(item) ? String(item) : written({ kind: "address", of: `${of}.${i}` })));
}

/** Values of the placeholders: of the database's host, of a list (`orders.ranges`), or of an item in it (`orders.ranges.0`). */
function valuesOf(database: string, late: Record<LateKey, pulumi.Output<unknown>>): ValueOf {
  return ({ kind, of }) => {
    if (kind === "host") return late.host as pulumi.Output<string>;
    const [key, index] = of.slice(database.length + 1).split(".");
    const list = late[key as LateKey] as pulumi.Output<string[]>;
    return kind === "addresses" ? list : list.apply((items) => items[Number(index)] ?? "");
  };
}
