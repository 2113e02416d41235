import { textOf, wording } from "../messages/index.js";
import type { AnalysisOptions, Target, Workload, World } from "../model/model.js";
import { isIncomplete } from "../model/placeholder.js";
import { interception, interceptionKey } from "../network/interception.js";
import { CallerClasses, withoutSidecar } from "./proxy/callerClasses.js";
import { CallerProxy } from "./proxy/callerProxy.js";
import type { ProxyPatches } from "./config/filters.js";
import { Mesh } from "./config/mesh.js";
import type { PeerAuthentications } from "./config/peerAuthentication.js";
import type { MeshService } from "./registry/registry.js";
import { ended, type RouteResult } from "./proxy/route.js";
import type { MeshIndex, ProxyScope } from "./config/scope.js";
import { admit, type Admission } from "./inbound/server.js";
import { ServicePods } from "./proxy/servicePods.js";
import type { MeshSettings } from "./config/settings.js";
import { blocked, hopEncryption, unknown, type Path } from "./verdict.js";

/** Paths to every target of a class of callers: those that are settled, and those that depend on who calls. */
interface ClassRoutes {
  settled: Path[];
  open: { index: number; admission: Admission }[];
}

/** Stands in for a path that depends on the caller. */
const undecided: Path = { verdict: unknown([]), leavesFromGateway: false };

/** Decides what the proxies do with connections. Everything that does not depend on the caller is worked out once. */
export class MeshDecider {
  readonly settings: MeshSettings;
  readonly index: MeshIndex;
  readonly services: readonly MeshService[];
  readonly peers: PeerAuthentications;
  readonly patches: ProxyPatches;
  readonly #mesh: Mesh;
  readonly #classes: CallerClasses;
  readonly #pods: ServicePods;
  readonly #proxy: CallerProxy;
  readonly #routes = new Map<ProxyScope | string, ClassRoutes>();

  constructor(
    world: World,
    options: AnalysisOptions,
    readonly targets: readonly Target[],
  ) {
    this.#mesh = new Mesh(world, options, targets);
    this.settings = this.#mesh.settings;
    this.index = this.#mesh.index;
    this.services = this.#mesh.services;
    this.peers = this.#mesh.peers;
    this.patches = this.#mesh.patches;
    this.#classes = new CallerClasses(this.#mesh);
    this.#pods = new ServicePods(this.#mesh);
    this.#proxy = new CallerProxy(this.#mesh, this.#pods);
  }

  /** Names the class of callers whose paths are the same: configured alike, and with the same identity. */
  classOf(workload: Workload): string {
    return this.#classes.nameOf(workload);
  }

  /** The paths of a caller to all targets, in their order. Callers of one class share the list where nothing depends on them. */
  paths(workload: Workload): readonly Path[] {
    const routes = this.#routesOf(workload);
    if (routes.open.length === 0) return routes.settled;
    const paths = [...routes.settled];
    for (const { index, admission } of routes.open)
      paths[index] = admit(admission, workload, this.settings.trustDomain);
    return paths;
  }

  /** Routes of a class of callers to every target, worked out once. */
  #routesOf(workload: Workload): ClassRoutes {
    const scope = workload.sidecar.present === true ? this.#classes.scopeOf(workload) : undefined;
    const key = scope ?? withoutSidecar(workload);
    let routes = this.#routes.get(key);
    if (!routes) {
      routes = { settled: [], open: [] };
      for (const [index, target] of this.targets.entries()) {
        const result = scope
          ? (this.#pastSidecar(scope, workload, target) ?? this.#proxy.routeOf(scope, target))
          : this.#withoutSidecar(workload, target);
        routes.settled.push("path" in result ? result.path : undecided);
        if ("admission" in result) routes.open.push({ index, admission: result.admission });
      }
      this.#routes.set(key, routes);
    }
    return routes;
  }

  /** No proxy on the caller's side: the connection goes to the target as it is. */
  #withoutSidecar(workload: Workload, target: Target): RouteResult {
    const { present, because } = workload.sidecar;
    if (present === "unknown") return ended(unknown([because]));
    const service = target.kind === "service" ? this.#mesh.serviceOf(target.host) : undefined;
    const port = service?.ports.find(({ number }) => number === target.port);
    if (service && port) {
      const cluster = { service, port, subset: "", rule: undefined };
      return this.#pods.behind({ cluster, target, because: [because], tls: undefined, scope: undefined });
    }
    const text = `${textOf(because)}; no sidecar: nothing in the mesh sees this connection`;
    const encryption = [hopEncryption(false, target)];
    return ended({
      verdict: "direct",
      encryption,
      identity: false,
      exposes: null,
      because: [{ ...because, ...wording(text) }],
    });
  }

  /** Annotations of the pod may keep a connection away from its sidecar. Undefined when the sidecar gets it. */
  #pastSidecar(scope: ProxyScope, workload: Workload, target: Target): RouteResult | undefined {
    if (interceptionKey(workload) === "") return undefined;
    const { dial } = this.#proxy.dial(scope, target);
    const { intercepted, because } = interception(workload, target, dial.addresses ?? []);
    if (intercepted === true) return undefined;
    if (intercepted === "unknown") return ended(unknown([because]));
    const made = dial.addresses?.find((address) => isIncomplete(address) || address.startsWith("240.240."));
    if (made !== undefined) {
      const text = `${textOf(because)}, yet the sidecar's DNS answers with an address only it knows`;
      return ended(blocked([{ ...because, ...wording(text) }]));
    }
    return this.#withoutSidecar({ ...workload, sidecar: { present: false, because } }, target);
  }
}
