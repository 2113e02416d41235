/** Something wrong with the input: the rest of it is analysed all the same. */
export interface ProblemEntry {
  /** An error makes the command exit with 1. */
  severity: "error" | "warning";
  /** What is wrong, and what to write instead. */
  text: string;
}

export const problemMessages = {
  "host-not-known": {
    severity: "warning",
    text: "The host of {database} is not known before it is created: the analysis cannot take into account its address, or another host that is the same.",
  },
  "mesh-setting-differs": {
    severity: "warning",
    text: "{setting} is {said} in the settings, but the mesh of the cluster has {found}: the verdicts follow the cluster, and what the stack writes follows the settings. Correct the setting, or the mesh.",
  },
  "older-mesh-policy": {
    severity: "warning",
    text: "{older} is older than {planned}, and the mesh reads the older of two for one scope: that of the stack has no effect. Remove one of them.",
  },
  "cluster-name-without-address": {
    severity: "warning",
    text: "{host} ({database}) is the name of a MongoDB Atlas cluster, which has no address: clients dial its members. Write srv: {host} in place of host, or list the members under host and brokers.",
  },
  "policy-left-out": { severity: "error", text: "{policy} is left out: {reason}" },
  "object-refused": {
    severity: "error",
    text: "{object} is left out, because the API server refuses it: {field}: {reason}",
  },
  "policy-not-modelled": {
    severity: "warning",
    text: "{policy} is of a kind that the analysis does not model: whether the network allows what it may concern is unknown.",
  },
  "path-not-found": { severity: "error", text: "{path} cannot be read: name a file or folder that exists, or -." },
  "broken-link": { severity: "error", text: "{path} is a link to a file that does not exist: correct or remove it." },
  "duplicate-object": {
    severity: "error",
    text: "{object} is defined twice, first in {where}. This one is used, as when both are applied: remove one.",
  },
  "kind-not-readable": {
    severity: "error",
    text: "You may not list {kind}: the analysis assumes that there are none. Verdicts that rest on it: {decides}. Ask for the role that collect --role prints.",
  },
  "invalid-yaml": { severity: "error", text: "This is not valid YAML: {reason}." },
  "object-without-kind": { severity: "error", text: "{object} has no {field}: write it." },
  "object-without-name": { severity: "error", text: "{kind} has no name: write metadata.name." },
  "name-not-text": { severity: "error", text: "{kind} has a name that is not text: put metadata.name in quotes." },
  "namespace-not-text": {
    severity: "error",
    text: "{kind} {name} has a namespace that is not text: put metadata.namespace in quotes.",
  },
  "metadata-not-text": {
    severity: "error",
    text: "{kind} {name}: {field} must be text: put the value in quotes.",
  },
  "gateway-not-found": {
    severity: "error",
    text: "{object} names Gateway {gateway}, which does not exist in the input. Correct the name, or add the Gateway.",
  },
  "destination-without-host": { severity: "error", text: "{object} has a destination without a host. Write one." },
  "destination-not-found": {
    severity: "error",
    text: "{object} routes to {host}, which no Service or ServiceEntry declares. Declare it, or correct the name.",
  },
  "subset-not-found": {
    severity: "error",
    text: "{object} routes to subset {subset} of {host}, which no DestinationRule defines. Define it, or correct the name.",
  },
  "rule-without-host": { severity: "error", text: "{object} has no host, so it applies to nothing. Write spec.host." },
  "rule-host-not-found": {
    severity: "error",
    text: "{object} applies to {host}, which no Service or ServiceEntry declares. Declare it, or correct the name.",
  },
  "gateway-selects-nothing": {
    severity: "warning",
    text: "{object} selects pods with {labels}, and no workload of the input has them. Add the gateway's workload.",
  },
} as const satisfies Record<string, ProblemEntry>;
