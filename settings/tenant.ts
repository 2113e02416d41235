import type { DatabaseSettings } from "./databases.js";
import type { Problem } from "./problem.js";
import type { Settings } from "./schema.js";
import { type TrafficModeFacts, trafficModes } from "./trafficModes.js";

/** Keys of `gateway` that say which gateway it is and who comes to it; every other says how it is installed. */
const tenantKeys = new Set(["install", "tenant", "name", "namespace", "revision", "sharedPort", "callersPolicy"]);

const owner = "the stack that installs the gateway";

/** Stands between a tenant's name and what it names; in neither, so that two stacks never name one object. */
export const tenantMark = "--";

/** Longest name of a tenant: with that of a database it has to fit into a DNS label. */
export const longestTenant = 20;

/** Name of a database among those of all stacks on its gateway. */
export function nameOnGateway(name: string, tenant: string | undefined): string {
  return tenant === undefined ? name : `${tenant}${tenantMark}${name}`;
}

/**
 * What only the gateway's owner may say, as it is written: a default is nobody's word.
 *
 * @param config the config values of a stack, unchecked
 */
export function ownersKeyProblems(config: Record<string, unknown>): Problem[] {
  const gateway = config["gateway"] as Record<string, unknown> | null | undefined;
  if (gateway?.["install"] !== false) return [];
  const written = Object.keys(gateway).filter((key) => !tenantKeys.has(key) && gateway[key] !== undefined);
  const paths = written.map((key) => `gateway.${key}`);
  return [...paths, ...(config["observability"] === undefined ? [] : ["observability"])].map((path) => ({
    path,
    reason: "is for the gateway's owner to say, and gateway.install is false",
    instead: `Write it in ${owner}, and leave it out here`,
  }));
}

type TenantSettings = Pick<Settings, "cluster" | "mesh" | "gateway" | "network" | "databases">;

/** What a stack cannot be or do that brings its databases to a gateway another stack owns. */
export function tenantProblems(settings: TenantSettings): Problem[] {
  const { install, tenant } = settings.gateway;
  if (install === false) return [...missingTenant(settings), ...ownPlatform(settings), ...settingsOfTheOwner(settings)];
  return tenant === undefined
    ? []
    : [
        {
          path: "gateway.tenant",
          value: tenant,
          reason: "distinguishes the stacks on a gateway that another one owns, and this stack owns its gateway",
          instead: "Leave it out, or set gateway.install to false",
        },
      ];
}

function missingTenant({ gateway }: TenantSettings): Problem[] {
  return gateway.tenant === undefined
    ? [
        {
          path: "gateway.tenant",
          reason: "is missing: another stack on the gateway may have a database of the same name",
          instead: "Write a name no other stack on the gateway has, such as the team's",
        },
      ]
    : [];
}

/** The gateway stands in a cluster and a mesh already, so neither is made here. */
function ownPlatform({ cluster, mesh }: TenantSettings): Problem[] {
  const made =
    mesh.kind !== "istio"
      ? { path: "mesh.kind", value: mesh.kind }
      : mesh.install
        ? { path: "mesh.install", value: true }
        : undefined;
  return [
    ...(cluster.cloud === "existing"
      ? []
      : [
          {
            path: "cluster.cloud",
            value: cluster.cloud,
            reason: "makes a cluster, where no other stack can have a gateway yet",
            instead: "Use existing, or leave gateway.install out",
          },
        ]),
    ...(made
      ? [
          {
            ...made,
            reason: "makes a mesh of its own beside the gateway's",
            instead: "Use mesh.kind istio with install false, and its revisions and trustDomain where they differ",
          },
        ]
      : []),
  ];
}

function settingsOfTheOwner({ cluster, network, databases }: TenantSettings): Problem[] {
  const enforced = cluster.cloud !== "existing" || cluster.policyEngine !== "none";
  return [
    ...(network.isolation.enabled || !enforced
      ? []
      : [
          {
            path: "network.isolation.enabled",
            value: false,
            reason: "leaves this stack's way into the gateway shut, whose namespace denies by default",
            instead: "Leave it out; network.isolation.namespaces: [] isolates none of this stack's namespaces",
          },
        ]),
    ...(network.globalIsolation.enabled
      ? [
          {
            path: "network.globalIsolation.enabled",
            value: true,
            reason: "is for the whole cluster, where two stacks would write the same policies",
            instead: `Write it in ${owner}`,
          },
        ]
      : []),
    ...databases.flatMap((db, i) => beyondTenants(db, `databases[${i}]`)),
  ];
}

/** What no stack can do for a database by itself on a gateway it shares with stacks it does not know. */
function beyondTenants({ trafficMode, via }: DatabaseSettings, path: string): Problem[] {
  const mode: TrafficModeFacts = trafficModes[trafficMode];
  return [
    ...(mode.needsOwnPort
      ? [
          {
            path: `${path}.trafficMode`,
            value: trafficMode,
            reason:
              "is distinguished at the gateway by its port alone, which another stack may take for another database",
            instead: "Use tcp-gateway-mtls",
          },
        ]
      : []),
    ...(trafficMode === "tls-wildcard" && via === "sni-proxy"
      ? [
          {
            path: `${path}.via`,
            value: via,
            reason: "needs a container beside the gateway, and the gateway is another stack's",
            instead: "Use envoy",
          },
        ]
      : []),
  ];
}
