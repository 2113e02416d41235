import { message } from "../messages/index.js";
import { isPortName, isPortNumber } from "./names.js";
import type { Fault, Shape } from "./fieldShape.js";

/** The fields of Services that the analysis reads: others may be there. */
export const serviceSpec: Shape = {
  fields: {
    selector: { map: "text" },
    type: "text",
    clusterIP: "text",
    clusterIPs: { list: "text" },
    externalName: "text",
    ports: {
      list: {
        fields: {
          name: "text",
          port: "integer",
          targetPort: "integer or text",
          protocol: "text",
          appProtocol: "text",
          nodePort: "integer",
        },
      },
    },
  },
  open: true,
};

interface Spec {
  ports?: { port?: number | null; targetPort?: number | string | null; protocol?: string | null }[] | null;
}

const protocols = ["TCP", "UDP", "SCTP"];

/** Where the API server refuses the ports of a Service. Source: kubernetes, `pkg/apis/core/validation`. */
export function serviceFaults({ ports }: Spec): Fault[] {
  return (ports ?? []).flatMap(({ port, targetPort, protocol }, index) => {
    const field = `spec.ports[${index}]`;
    const faults: Fault[] = [];
    if (typeof port !== "number" || !isPortNumber(port))
      faults.push({ field: `${field}.port`, reason: message("bad-port-number") });
    if (typeof targetPort === "number" && !isPortNumber(targetPort))
      faults.push({ field: `${field}.targetPort`, reason: message("bad-port-number") });
    if (typeof targetPort === "string" && !isPortName(targetPort))
      faults.push({ field: `${field}.targetPort`, reason: message("bad-port-name", { name: targetPort }) });
    if (typeof protocol === "string" && !protocols.includes(protocol))
      faults.push({ field: `${field}.protocol`, reason: message("expected-one-of", { values: protocols }) });
    return faults;
  });
}
