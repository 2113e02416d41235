import { overlap } from "../../settings/ranges.js";
import { endpoints } from "./endpoints.js";
import type { Properties, World } from "./inventory.js";
import { all, at, list, named, type Reference, type Rules, text } from "./rules.js";

const [network, subnetwork, router, nat, address] = ["network:Network", "subnetwork:Subnetwork", "router:Router"]
  .concat("routerNat:RouterNat", "address:Address")
  .map((type) => `gcp:compute/${type}`) as [string, string, string, string, string];
const reserved = "gcp:compute/globalAddress:GlobalAddress";
const policy = "gcp:dns/responsePolicy:ResponsePolicy";
const rule = "gcp:dns/responsePolicyRule:ResponsePolicyRule";
const zone = "gcp:dns/managedZone:ManagedZone";
const account = "gcp:serviceaccount/account:Account";
const grant = "gcp:projects/iAMMember:IAMMember";
const cluster = "gcp:container/cluster:Cluster";
const pool = "gcp:container/nodePool:NodePool";
const feature = "gcp:gkehub/feature:Feature";
const peering = "gcp:servicenetworking/connection:Connection";
const instance = "gcp:sql/databaseInstance:DatabaseInstance";

/** RFC 1035, which Compute Engine asks of every name. */
const label = (longest: number) => new RegExp(`^(?=.{1,${longest}}$)[a-z]([-a-z0-9]*[a-z0-9])?$`);
const named63 = { key: "name", pattern: label(63) };

const linkOf = (collection: string, where: "global" | "region") => (inputs: Properties) => {
  const place = where === "global" ? "global" : `regions/${text(inputs["region"])}`;
  return {
    selfLink: `https://www.googleapis.com/compute/v1/projects/${text(inputs["project"])}/${place}/${collection}/${text(inputs["name"])}`,
  };
};

const inNetwork = ({ network: value }: Properties): Reference[] => [{ type: network, value }];

function rangesOf(inputs: Properties): string[] {
  return [inputs["ipCidrRange"], ...list(inputs["secondaryIpRanges"]).map((each) => at(each, "ipCidrRange"))].map(text);
}

function sharing(ranges: string[], others: string[]): string | undefined {
  return ranges.find((range) => others.some((other) => overlap(range, other)));
}

/** Nodes of a network pull images until they are gone; without its way out a cluster never becomes ready. */
function nodesIn(world: World, value: unknown): boolean {
  const link = named(world, { type: network, value })?.outputs["selfLink"];
  return all(world, cluster).some(({ inputs }) => inputs["network"] === link);
}

const networkOfRouter = (world: World, value: unknown) => named(world, { type: router, value })?.inputs["network"];

const computeRules: Rules = {
  [network]: { name: named63, replaces: ["autoCreateSubnetworks"], reports: linkOf("networks", "global") },
  [subnetwork]: {
    name: named63,
    replaces: ["network", "region"],
    needs: inNetwork,
    refuses: (inputs, world, id) => {
      const others = all(world, subnetwork).filter(
        (other) => other.inputs["network"] === inputs["network"] && other.id !== id,
      );
      const shared = sharing(
        rangesOf(inputs),
        others.flatMap((other) => rangesOf(other.inputs)),
      );
      return shared && `Invalid IPCidrRange: ${shared} conflicts with existing subnetwork`;
    },
    reports: linkOf("subnetworks", "region"),
  },
  [router]: { name: named63, needs: inNetwork, reports: linkOf("routers", "region") },
  [nat]: {
    name: named63,
    needs: (inputs) => [
      { type: router, value: inputs["router"] },
      ...list(inputs["natIps"]).map((value) => ({ type: address, value })),
      ...list(inputs["subnetworks"]).map((each) => ({ type: subnetwork, value: at(each, "name") })),
    ],
    keeps: ({ inputs }, world) =>
      nodesIn(world, networkOfRouter(world, inputs["router"]))
        ? "nodes of its network still pull images through it"
        : undefined,
  },
  [address]: {
    name: named63,
    reports: (inputs, { number }) => ({ ...linkOf("addresses", "region")(inputs), address: `192.0.2.${number}` }),
  },
  [reserved]: {
    name: named63,
    replaces: ["address", "prefixLength", "network"],
    needs: inNetwork,
    refuses: ({ address: first, prefixLength, network: value }, world) => {
      const range = `${text(first)}/${Number(prefixLength)}`;
      const taken = all(world, subnetwork).filter(({ inputs }) => inputs["network"] === value);
      const shared = sharing(
        [range],
        taken.flatMap(({ inputs }) => rangesOf(inputs)),
      );
      return shared && `Requested range ${shared} conflicts with other resources in the network`;
    },
    reports: linkOf("addresses", "global"),
  },
  "gcp:compute/firewall:Firewall": {
    name: named63,
    replaces: ["network", "direction"],
    needs: inNetwork,
    refuses: ({ direction, sourceRanges, destinationRanges, allows, denies }) => {
      if (direction === "EGRESS" && sourceRanges) return "source ranges of an EGRESS rule";
      if (direction === "INGRESS" && destinationRanges && !sourceRanges) return "an INGRESS rule without a source";
      return allows && denies ? "both allowed and denied are set" : undefined;
    },
  },
};

const dnsRules: Rules = {
  [policy]: {
    replaces: ["responsePolicyName"],
    needs: ({ networks }) => list(networks).map((each) => ({ type: network, value: at(each, "networkUrl") })),
    refuses: ({ networks }, world, id) => {
      const own = list(networks).map((each) => at(each, "networkUrl"));
      const other = all(world, policy).find(
        (each) => each.id !== id && list(each.inputs["networks"]).some((one) => own.includes(at(one, "networkUrl"))),
      );
      return other && "the network is bound to another response policy";
    },
    reports: ({ responsePolicyName }) => ({ responsePolicyName }),
  },
  [rule]: {
    needs: ({ responsePolicy }) => [{ type: policy, value: responsePolicy }],
    keeps: ({ inputs }, world) => {
      const owner = named(world, { type: policy, value: inputs["responsePolicy"] });
      const bound = list(owner?.inputs["networks"]).some((each) => nodesIn(world, at(each, "networkUrl")));
      return bound ? "nodes of its network still find registries by it" : undefined;
    },
  },
  [zone]: {
    name: named63,
    needs: ({ privateVisibilityConfig }) =>
      list(at(privateVisibilityConfig, "networks")).map((each) => ({ type: network, value: at(each, "networkUrl") })),
    refuses: ({ privateVisibilityConfig }) => {
      const [first] = list(at(privateVisibilityConfig, "networks"));
      return text(at(first, "networkUrl")).includes("/networks/") ? undefined : "Invalid value for networkUrl";
    },
  },
  "gcp:dns/recordSet:RecordSet": {
    needs: ({ managedZone }) => [{ type: zone, value: managedZone }],
    refuses: ({ name, managedZone }, world) => {
      const owner = text(named(world, { type: zone, value: managedZone })?.inputs["dnsName"]);
      return text(name).endsWith(owner) ? undefined : `The resource record set is not permitted in zone ${owner}`;
    },
  },
};

const accountRules: Rules = {
  [account]: {
    replaces: ["accountId"],
    refuses: ({ accountId }) =>
      /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/.test(text(accountId)) ? undefined : `Invalid accountId ${text(accountId)}`,
    reports: ({ accountId, project }) => ({
      email: `${text(accountId)}@${text(project)}.iam.gserviceaccount.com`,
    }),
  },
  [grant]: {
    replaces: ["member", "role"],
    needs: ({ member }) => [{ type: account, value: text(member).replace("serviceAccount:", "") }],
    keeps: ({ inputs }, world) => {
      const email = text(inputs["member"]).replace("serviceAccount:", "");
      const used = all(world, pool).some((each) => at(each.inputs, "nodeConfig", "serviceAccount") === email);
      return used ? "nodes run under the account" : undefined;
    },
  },
};

function clusterRefusal(inputs: Properties, world: World): string | undefined {
  const place = named(world, { type: subnetwork, value: inputs["subnetwork"] });
  const names = list(place?.inputs["secondaryIpRanges"]).map((each) => at(each, "rangeName"));
  const wanted = ["clusterSecondaryRangeName", "servicesSecondaryRangeName"];
  const missing = wanted.map((key) => at(inputs, "ipAllocationPolicy", key)).find((name) => !names.includes(name));
  if (missing !== undefined) return `Services secondary range ${text(missing)} does not exist in the subnetwork`;
  if (!all(world, nat).some((each) => networkOfRouter(world, each.inputs["router"]) === inputs["network"]))
    return "Nodes did not register: private nodes of a network without NAT pull no image";
  const v2 = inputs["datapathProvider"] === "ADVANCED_DATAPATH";
  if (v2 && inputs["networkPolicy"]) return "Network policy cannot be enabled with Dataplane V2";
  const isPrivate = at(inputs, "privateClusterConfig", "enablePrivateEndpoint") === true;
  const ranges = list(at(inputs, "masterAuthorizedNetworksConfig", "cidrBlocks")).map((each) => at(each, "cidrBlock"));
  const open = ranges.find((range) => !/^(10|172\.(1[6-9]|2\d|3[01])|192\.168)\./.test(text(range)));
  return isPrivate && open ? `Invalid master authorized networks: ${text(open)} is not a reserved network` : undefined;
}

const clusterRules: Rules = {
  [cluster]: {
    name: { key: "name", pattern: label(40) },
    replaces: ["name", "network", "subnetwork", "location", "datapathProvider", "ipAllocationPolicy"],
    needs: (inputs) => [
      { type: network, value: inputs["network"] },
      { type: subnetwork, value: inputs["subnetwork"] },
      { type: account, value: at(inputs, "nodeConfig", "serviceAccount") },
    ],
    refuses: clusterRefusal,
    reports: (inputs, { id }) => {
      const isPrivate = at(inputs, "privateClusterConfig", "enablePrivateEndpoint") === true;
      const given = inputs["controlPlaneEndpointsConfig"] as { dnsEndpointConfig?: object } | undefined;
      const dnsEndpointConfig = {
        ...given?.dnsEndpointConfig,
        endpoint: endpoints.gkeDns.host(text(inputs["location"])),
      };
      return {
        endpoint: isPrivate ? endpoints.gkePrivate.address : endpoints.gkePublic.address,
        controlPlaneEndpointsConfig: { dnsEndpointConfig },
        masterVersion: "1.34.1-gke.3720000",
        ...(inputs["fleet"]
          ? {
              fleet: {
                ...(inputs["fleet"] as object),
                membershipId: text(inputs["name"]),
                membershipLocation: text(inputs["location"]),
                membership: `//gkehub.googleapis.com/${id}`,
              },
            }
          : {}),
      };
    },
    keeps: ({ inputs }) => (inputs["deletionProtection"] === false ? undefined : "deletion_protection is true"),
  },
  [pool]: {
    name: { key: "name", pattern: label(40) },
    replaces: ["cluster", "location", "networkConfig"],
    needs: (inputs) => [
      { type: cluster, value: inputs["cluster"] },
      { type: account, value: at(inputs, "nodeConfig", "serviceAccount") },
    ],
    refuses: (inputs, world) => {
      const email = at(inputs, "nodeConfig", "serviceAccount");
      const roles = all(world, grant).filter((each) => text(each.inputs["member"]).endsWith(`:${text(email)}`));
      return roles.length >= 2 ? undefined : "Nodes did not register: their account may not pull images or write logs";
    },
  },
  [feature]: {
    needs: () => [],
    refuses: ({ name, project }, world, id) =>
      all(world, feature).some(
        (each) => each.id !== id && each.inputs["name"] === name && each.inputs["project"] === project,
      )
        ? "Resource already exists: a fleet has one"
        : undefined,
  },
  "gcp:gkehub/featureMembership:FeatureMembership": {
    replaces: ["membership", "feature"],
    needs: (inputs) => [
      { type: feature, value: inputs["feature"] },
      { type: cluster, value: inputs["membership"] },
    ],
    refuses: ({ membership }, world) =>
      all(world, pool).some(({ inputs }) => inputs["cluster"] === membership) ? undefined : "the cluster has no nodes",
  },
};

/** https://docs.cloud.google.com/sql/docs/postgres/editions-intro: which machines each edition has, and the default edition. */
function instanceRefusal(inputs: Properties, world: World): string | undefined {
  const tier = text(at(inputs, "settings", "tier"));
  const version = text(inputs["databaseVersion"]);
  const plusByDefault = Number(/^POSTGRES_(\d+)/.exec(version)?.[1] ?? 0) >= 16;
  const edition = at(inputs, "settings", "edition") ?? (plusByDefault ? "ENTERPRISE_PLUS" : "ENTERPRISE");
  const isPlus = /^db-(perf|memory)-optimized|^db-c4a/.test(tier);
  if (isPlus !== (edition === "ENTERPRISE_PLUS"))
    return `Invalid Tier (${tier}) for (${text(edition)}) Edition. Use a predefined Tier like db-perf-optimized-N-* or db-custom-*`;
  const value = at(inputs, "settings", "ipConfiguration", "privateNetwork");
  const lent = all(world, peering).some((each) => sameNetwork(world, each.inputs["network"], value));
  return lent ? undefined : "Failed to create subnetwork: the network has no private services connection";
}

const sameNetwork = (world: World, one: unknown, other: unknown) =>
  named(world, { type: network, value: one }) === named(world, { type: network, value: other });

const rangesOfPeering = (inputs: Properties) => list(inputs["reservedPeeringRanges"]).map(text);

const databaseRules: Rules = {
  [peering]: {
    replaces: ["network", "service"],
    needs: (inputs) => [
      ...inNetwork(inputs),
      ...rangesOfPeering(inputs).map((value) => ({ type: reserved, value, loose: true })),
    ],
    refuses: (inputs, world) => {
      const held = world.peerings.find((each) => sameNetwork(world, each.network, inputs["network"]));
      return held && !held.ranges.every((range) => rangesOfPeering(inputs).includes(range))
        ? "Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection"
        : undefined;
    },
    // The producer's network outlives its last instance by days.
    keeps: ({ inputs }) =>
      inputs["deletionPolicy"] === "ABANDON"
        ? undefined
        : "Failed to delete connection; Producer services (e.g. CloudSQL) are still using this connection",
    leaves: ({ inputs }, world) => {
      world.peerings.push({ network: text(inputs["network"]), ranges: rangesOfPeering(inputs) });
    },
  },
  [instance]: {
    name: { key: "name", pattern: label(77) },
    replaces: ["databaseVersion", "region"],
    needs: (inputs) => [{ type: network, value: at(inputs, "settings", "ipConfiguration", "privateNetwork") }],
    refuses: instanceRefusal,
    reports: (inputs, { number }, world) => {
      const value = at(inputs, "settings", "ipConfiguration", "privateNetwork");
      const [lent] = all(world, peering).filter((each) => sameNetwork(world, each.inputs["network"], value));
      const range = lent && named(world, { type: reserved, value: rangesOfPeering(lent.inputs)[0] });
      const first = text(range?.inputs["address"]).replace(/\d+$/, "");
      return { privateIpAddress: `${first}${number}`, connectionName: text(inputs["name"]) };
    },
    keeps: ({ inputs }) => (inputs["deletionProtection"] === false ? undefined : "deletion_protection is true"),
  },
  "gcp:sql/user:User": {
    replaces: ["name", "instance"],
    needs: (inputs) => [{ type: instance, value: inputs["instance"], loose: inputs["deletionPolicy"] === "ABANDON" }],
    keeps: ({ inputs }, world) => {
      const owner = named(world, { type: instance, value: inputs["instance"] });
      const isPostgres = text(owner?.inputs["databaseVersion"]).startsWith("POSTGRES");
      return isPostgres && inputs["deletionPolicy"] !== "ABANDON" ? "the role owns objects in the database" : undefined;
    },
  },
};

/** What Google Cloud accepts, reports and refuses, by type. */
export const google: Rules = { ...computeRules, ...dnsRules, ...accountRules, ...clusterRules, ...databaseRules };
