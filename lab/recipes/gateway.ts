import type { Who } from "../scenarios/stage.js";

/** The gateway both documents take as given, as this project's renderers know one. */
export const gateway = {
  name: "istio-egressgateway",
  namespace: "istio-system",
  selector: { istio: "egressgateway" },
};

/** Its pods. */
export const gatewayPods: Who = { namespace: gateway.namespace, labels: gateway.selector };
