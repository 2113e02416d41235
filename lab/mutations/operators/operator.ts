import { databases, type BaseDatabase } from "../base.js";
import type { Changeable, Draft } from "../draft.js";
import type { Random } from "../random.js";

/** One kind of change to a configuration. It does nothing where the draft no longer has what it changes. */
export type Operator = (draft: Draft, random: Random) => void;

/** The namespace of the gateway, which holds everything about databases but the clients' own rules. */
export const gatewayNamespace = "istio-egress";
export const namespaces = ["shop", "depot", "unlisted", gatewayNamespace] as const;
export const gatewaySelector = { istio: "egressgateway" };
export const gatewayHost = `egressgateway.${gatewayNamespace}.svc.cluster.local`;

/** Databases that pass the gateway. */
export const throughGateway = databases.filter(({ name }) => name !== "site");
/** Databases whose hop to the gateway has the mesh's own TLS. */
export const mutual = databases.filter(({ speaks }) => speaks === "mysql");

export const another = (random: Random, { name }: BaseDatabase): BaseDatabase =>
  random.pick(databases.filter((one) => one.name !== name));

export function find(draft: Draft, kind: string, namespace: string, name: string): Changeable | undefined {
  return draft.ofKind(kind).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
}

/** An operator on the object of a kind that is named after a database. */
export function onDatabase(
  kind: string,
  among: readonly BaseDatabase[],
  nameOf: (database: BaseDatabase) => string,
  change: (draft: Draft, object: Changeable, database: BaseDatabase, random: Random) => void,
): Operator {
  return (draft, random) => {
    const database = random.pick(among);
    const object = find(draft, kind, gatewayNamespace, nameOf(database));
    if (object) change(draft, object, database, random);
  };
}

export const ownName = ({ name }: BaseDatabase): string => name;
