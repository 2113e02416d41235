import { message } from "../../messages/index.js";
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

  /** The route that leads traffic for a host, or to one of the objects that declare it, elsewhere than the model would. */
  touching(host: string, objects: readonly KubernetesObject[]): Evidence | undefined {
    if (this.#byParent.size === 0) return undefined;
    const names = objects.map((object) => `${object.kind} ${namespaceOf(object)}/${object.metadata.name}`);
    const found = [host, ...names].flatMap((name) => this.#byParent.get(name) ?? []);
    return found[0] && evidence(found[0], "spec.parentRefs", message("route-not-modelled"));
  }
}
