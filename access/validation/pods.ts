import { message } from "../messages/index.js";
import { isPortName, isPortNumber } from "./names.js";
import type { Fault, Shape } from "./fieldShape.js";

const reference: Shape = { fields: { name: "text", key: "text" }, open: true };

const container: Shape = {
  fields: {
    name: "text",
    image: "text",
    args: { list: "text", items: "required" },
    command: { list: "text", items: "required" },
    env: {
      items: "required",
      list: {
        fields: { name: "text", value: "text", valueFrom: { fields: { configMapKeyRef: reference }, open: true } },
        open: true,
      },
    },
    envFrom: { items: "required", list: { fields: { configMapRef: reference, prefix: "text" }, open: true } },
    securityContext: { fields: { runAsUser: "integer", runAsGroup: "integer" }, open: true },
    ports: {
      list: {
        fields: { name: "text", containerPort: "integer", protocol: "text", hostPort: "integer", hostIP: "text" },
      },
    },
  },
  open: true,
};

/** The fields of pods that the analysis reads: others may be there. */
export const podSpec: Shape = {
  fields: {
    containers: { list: container, items: "required" },
    initContainers: { list: container, items: "required" },
    hostNetwork: "boolean",
    securityContext: { fields: { runAsUser: "integer", runAsGroup: "integer" }, open: true },
    serviceAccountName: "text",
    serviceAccount: "text",
    nodeName: "text",
    nodeSelector: { map: "text" },
    tolerations: { list: { fields: { key: "text", operator: "text", value: "text" }, open: true } },
  },
  open: true,
};

export const podTemplate: Shape = {
  fields: {
    metadata: { fields: { labels: { map: "text" }, annotations: { map: "text" } }, open: true },
    spec: podSpec,
  },
  open: true,
};

interface Port {
  name?: string;
  containerPort?: number;
  protocol?: string;
}

interface Template {
  template?: { spec?: { containers?: { ports?: Port[] | null }[] | null } | null } | null;
}

/** Where the API server refuses the ports of containers. Source: kubernetes, `pkg/apis/core/validation`. */
export function podFaults({ template }: Template, field = "spec.template.spec"): Fault[] {
  return (template?.spec?.containers ?? []).flatMap((one, index) =>
    (one?.ports ?? []).flatMap((port, at) => portFaults(port ?? {}, `${field}.containers[${index}].ports[${at}]`)),
  );
}

const protocols = ["TCP", "UDP", "SCTP"];

function portFaults({ name, containerPort, protocol }: Port, field: string): Fault[] {
  return [
    ...(typeof containerPort === "number" && !isPortNumber(containerPort)
      ? [{ field: `${field}.containerPort`, reason: message("bad-port-number") }]
      : []),
    ...(typeof name === "string" && name !== "" && !isPortName(name)
      ? [{ field: `${field}.name`, reason: message("bad-port-name", { name }) }]
      : []),
    ...(typeof protocol === "string" && !protocols.includes(protocol)
      ? [{ field: `${field}.protocol`, reason: message("expected-one-of", { values: protocols }) }]
      : []),
  ];
}
