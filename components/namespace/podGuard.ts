import { celText, namespaceNameLabel } from "mesh-access";
import { enforced, forbidden, type PolicySpec, type Validation } from "../admissionPolicy.js";
import type { Manifest } from "../manifest.js";

/** What keeps pods of clients inside the mesh and under network policy. */
export interface PodGuardArgs {
  /** Name of the gateway whose clients they are; the policy is called after it. */
  gateway: { name: string };
  /** The clients' namespaces. */
  namespaces: string[];
}

/** The user and group of the proxy: what they send is not redirected into it again. */
const proxyId = 1337;

/** Containers that the mesh injects. */
const injected = ["istio-init", "istio-validation", "istio-proxy"];

/** What Pod Security admits at its level baseline. */
const baselineCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

const list = (texts: readonly string[]): string => `[${texts.map(celText).join(", ")}]`;

/** Annotations that keep connections from the sidecar, and the values they may have. */
const interception: Record<string, string> = {
  "traffic.sidecar.istio.io/excludeOutboundPorts": 'value == ""',
  // Addresses of the node's own link, such as the cloud's metadata server, which managed meshes exclude themselves.
  "traffic.sidecar.istio.io/excludeOutboundIPRanges":
    'value == "" || value.split(",").all(range, range.trim().startsWith("169.254."))',
  "traffic.sidecar.istio.io/includeOutboundIPRanges": 'value == "*"',
  "traffic.sidecar.istio.io/includeOutboundPorts": 'value == "" || value == "*"',
  "traffic.sidecar.istio.io/excludeInterfaces": 'value == ""',
  "sidecar.istio.io/interceptionMode": 'value in ["REDIRECT", "TPROXY"]',
  "sidecar.istio.io/bootstrapOverride": 'value == ""',
  "inject.istio.io/templates": 'value in ["", "sidecar"]',
  "proxy.istio.io/config": '!value.contains("interceptionMode")',
};

/**
 * An admission policy for the pods of client namespaces, which the API server enforces from Kubernetes 1.30 on. Pod Security
 * cannot be stricter than privileged where the mesh has no CNI plug-in, and knows nothing of interception.
 */
export function podGuardManifests({ gateway, namespaces }: PodGuardArgs): Manifest[] {
  return enforced(`${gateway.name}-client-pods.mesh-egress`, policy(), {
    matchExpressions: [{ key: namespaceNameLabel, operator: "In", values: [...namespaces].sort() }],
  });
}

const keys = list(Object.keys(interception));

/** An annotation that counts was set or changed. */
const changed = `has(object.metadata.annotations) && ${keys}.exists(key, key in object.metadata.annotations && (!has(oldObject.metadata.annotations) || !(key in oldObject.metadata.annotations) || object.metadata.annotations[key] != oldObject.metadata.annotations[key]))`;

/** A request for a pod itself has no such field. */
const addsContainer = 'has(request.subResource) && request.subResource == "ephemeralcontainers"';

function policy(): PolicySpec {
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE", "UPDATE"] },
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods/ephemeralcontainers"], operations: ["UPDATE"] },
      ],
    },
    matchConditions: [
      // Annotations of a pod that waits to be scheduled still count when its network is made.
      {
        name: "new-or-changed",
        expression: `request.operation == "CREATE" || (${addsContainer}) || (${changed})`,
      },
    ],
    variables: [
      {
        name: "containers",
        expression: "object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : [])",
      },
      { name: "own", expression: `variables.containers.filter(each, !(each.name in ${list(injected)}))` },
      {
        name: "privileges",
        expression: "variables.containers.filter(each, has(each.securityContext)).map(each, each.securityContext)",
      },
    ],
    validations: [...host(), ...privileges(), ...proxyUser(), ...annotations(), ...debugContainers()],
  };
}

/** No network policy applies to a pod on the host's network, and its connections pass no sidecar. */
function host(): Validation[] {
  const off = (field: string) => `(!has(object.spec.${field}) || !object.spec.${field})`;
  return [
    forbidden(
      ["hostNetwork", "hostPID", "hostIPC"].map(off).join(" && "),
      "Pods of a client namespace may not use the node's network, processes or memory: no network policy would hold for them.",
    ),
    forbidden(
      "!has(object.spec.volumes) || object.spec.volumes.all(volume, !has(volume.hostPath))",
      "Pods of a client namespace may not mount files of the node.",
    ),
    forbidden(
      "variables.containers.all(each, !has(each.ports) || each.ports.all(port, !has(port.hostPort) || port.hostPort == 0))",
      "Pods of a client namespace may not use ports of the node.",
    ),
  ];
}

function privileges(): Validation[] {
  const added =
    "!has(each.securityContext) || !has(each.securityContext.capabilities) || !has(each.securityContext.capabilities.add)";
  const within = (capabilities: readonly string[]) =>
    `(${added} || each.securityContext.capabilities.add.all(capability, capability in ${list(capabilities)}))`;
  return [
    forbidden(
      "variables.privileges.all(context, !has(context.privileged) || !context.privileged)",
      "Containers of a client namespace may not be privileged: they could leave network policy.",
    ),
    forbidden(
      `variables.containers.all(each, ${within(baselineCapabilities)} || (each.name == "istio-init" && ${within([...baselineCapabilities, "NET_ADMIN", "NET_RAW"])}))`,
      "Containers of a client namespace may add only capabilities of the Pod Security level baseline.",
    ),
    forbidden(
      `variables.containers.filter(each, each.name in ${list(injected)}).all(each, !has(each.command) || size(each.command) == 0)`,
      `Containers called ${injected.join(", ")} are the mesh's: give them no command of your own.`,
    ),
  ];
}

function proxyUser(): Validation[] {
  const is = (context: string) =>
    ["runAsUser", "runAsGroup"]
      .map((field) => `(has(${context}.${field}) && ${context}.${field} == ${proxyId})`)
      .join(" || ");
  return [
    forbidden(
      `(!has(object.spec.securityContext) || !(${is("object.spec.securityContext")})) && variables.own.all(each, !has(each.securityContext) || !(${is("each.securityContext")}))`,
      `User and group ${proxyId} are the sidecar's: connections of other containers under them would bypass it.`,
    ),
  ];
}

function annotations(): Validation[] {
  return Object.entries(interception).map(([key, allowed]) => {
    const value = `object.metadata.annotations[${celText(key)}]`;
    return forbidden(
      `!has(object.metadata.annotations) || !(${celText(key)} in object.metadata.annotations) || [${value}].all(value, ${allowed})`,
      `The annotation ${key} would let connections bypass the sidecar. Register the host as a database or open a flow instead.`,
    );
  });
}

/** It shares the pod's network, and its image decides which user it runs as. */
function debugContainers(): Validation[] {
  return [
    forbidden(
      `!(${addsContainer}) || "system:masters" in request.userInfo.groups`,
      "A debug container can bypass the pod's sidecar. Debug a copy: kubectl debug POD --copy-to=NAME.",
    ),
  ];
}
