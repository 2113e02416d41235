import { message } from "../../messages/index.js";
import type { Evidence, KubernetesObject } from "../../model/model.js";
import { evidence } from "../evidence.js";
import type { FilterPatch } from "./filters.js";

/** A list of clients that an EnvoyFilter adds to filter chains of a gateway: whoever is not on it does not pass. */
export interface ChainRule {
  /** Port of the listener; undefined for every port. */
  readonly port: number | undefined;
  /** Server name of the filter chain; undefined for every chain. */
  readonly sni: string | undefined;
  readonly because: Evidence;
  admits(principal: string | undefined): boolean;
}

/** What the RBAC filter of Envoy's network filters looks like where only the client's certificate decides. */
interface RbacFilter {
  typed_config?: {
    "@type"?: string;
    rules?: {
      action?: string;
      policies?: Record<string, { permissions?: unknown[]; principals?: unknown[]; condition?: unknown }>;
    };
  };
}

const rbacType = "type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC";

/** The patch as a list of clients. Undefined for every other patch, and for a list that this does not read whole. */
export function chainRule(
  object: KubernetesObject,
  { applyTo, match, patch }: FilterPatch,
  index: number,
): ChainRule | undefined {
  if (applyTo !== "NETWORK_FILTER" || patch?.operation !== "INSERT_FIRST" || match?.context !== "GATEWAY")
    return undefined;
  const { listener = {} } = match;
  const { filterChain = {} } = listener;
  const known = [...Object.keys(listener), ...Object.keys(filterChain)].every((key) =>
    ["portNumber", "filterChain", "sni"].includes(key),
  );
  const names = known ? namesOf(patch.value as RbacFilter | undefined) : undefined;
  if (!names) return undefined;
  return {
    port: listener.portNumber,
    sni: filterChain.sni,
    because: evidence(object, `spec.configPatches[${index}].patch.value`, message("on-chain-list")),
    admits: (principal) => principal !== undefined && names.some((matches) => matches(`spiffe://${principal}`)),
  };
}

type NameMatch = (name: string) => boolean;

function namesOf(value: RbacFilter | undefined): NameMatch[] | undefined {
  const { "@type": type, rules } = value?.typed_config ?? {};
  if (type !== rbacType || (rules?.action ?? "ALLOW") !== "ALLOW") return undefined;
  const policies = Object.values(rules?.policies ?? {});
  if (policies.some(({ permissions, condition }) => condition !== undefined || !isAny(permissions))) return undefined;
  const matches = policies.flatMap(({ principals = [] }) => principals.map(nameMatch));
  return matches.includes(undefined) ? undefined : (matches as NameMatch[]);
}

function isAny(permissions: unknown[] | undefined): boolean {
  return permissions?.length === 1 && (permissions[0] as { any?: unknown }).any === true;
}

function nameMatch(principal: unknown): NameMatch | undefined {
  const { authenticated, ...others } = principal as {
    authenticated?: { principal_name?: { exact?: unknown; prefix?: unknown } };
  };
  const { exact, prefix, ...rest } = authenticated?.principal_name ?? {};
  if (Object.keys(others).length > 0 || Object.keys(rest).length > 0) return undefined;
  if (typeof exact === "string" && prefix === undefined) return (name) => name === exact;
  return typeof prefix === "string" && exact === undefined ? (name) => name.startsWith(prefix) : undefined;
}
