import type { Evidence, KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/world.js";
import { evidence } from "../evidence.js";

const kinds = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"].map((kind) => `gateway.networking.k8s.io/${kind}`);

interface RouteSpec {
  parentRefs?: { kind?: string; name?: string; namespace?: string }[];
}

/** Routes of the Gateway API that are bound to a service of the mesh. They are not followed, only noticed. */
export class GatewayApiRoutes {
  readonly #byParent = new Map<string, KubernetesObject>();

  constructor(world: ObjectIndex) {
    for (const kind of kinds) for (const route of world.ofKind(kind)) this.#note(route);
  }

  #note(route: KubernetesObject): void {
    for (const { kind = "Gateway", name, namespace } of (route.spec as RouteSpec | undefined)?.parentRefs ?? []) {
      if (kind === "Gateway" || name === undefined) continue;
      // A Hostname names a host; a Service or a ServiceEntry is an object with a namespace.
      this.#byParent.set(kind === "Hostname" ? name : `${kind} ${namespace ?? namespaceOf(route)}/${name}`, route);
    }
  }

  /** The route that leads traffic for a host elsewhere than the model would, if there is one. */
  touching(host: string, object: KubernetesObject | undefined): Evidence | undefined {
    if (this.#byParent.size === 0) return undefined;
    const named = object && `${object.kind} ${namespaceOf(object)}/${object.metadata.name}`;
    const route = this.#byParent.get(host) ?? (named ? this.#byParent.get(named) : undefined);
    return route && evidence(route, "spec.parentRefs", "routes of the Gateway API are not modelled");
  }
}
