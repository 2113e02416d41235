import { message } from "../messages/index.js";
import type { AnalysisOptions, Evidence, Target, Workload, World } from "../model/model.js";
import { isIncomplete } from "../model/placeholder.js";
import { interception, interceptionKey } from "../network/interception.js";
import { CallerClasses, withoutSidecar } from "./proxy/callerClasses.js";
import { CallerProxy } from "./proxy/callerProxy.js";
import type { Mesh } from "./config/mesh.js";
import { Meshes } from "./config/meshes.js";
import { Pods } from "./inbound/pods.js";
import { ended, type RouteResult } from "./proxy/route.js";
import type { ProxyScope } from "./config/scope.js";
import { admit, type Admission } from "./inbound/server.js";
import { ServicePods } from "./proxy/servicePods.js";
import { blocked, hopEncryption, unknown, type Path } from "./verdict.js";

/** Paths to every target of a class of callers: those that are settled, and those that depend on who calls. */
interface ClassRoutes {
  settled: Path[];
  open: { index: number; admission: Admission }[];
}

/** Stands in for a path that depends on the caller. */
const undecided: Path = { verdict: unknown([]), leavesFromGateway: false };

/** What the callers of one control plane share. */
class Callers {
  readonly classes: CallerClasses;
  readonly services: ServicePods;
  readonly proxy: CallerProxy;

  constructor(
    readonly mesh: Mesh,
    readonly number: number,
    meshes: Meshes,
    pods: Pods,
  ) {
    this.classes = new CallerClasses(mesh);
    this.services = new ServicePods(mesh, meshes, pods);
    this.proxy = new CallerProxy(mesh, this.services);
  }
}

/** Names what makes the paths of a class of callers unknown. */
function doubtKey(doubts: readonly Evidence[] | undefined): string {
  return doubts ? JSON.stringify(doubts.map(({ kind, namespace, name, field }) => [kind, namespace, name, field])) : "";
}

/** Decides what the proxies do with connections. Everything that does not depend on the caller is worked out once. */
export class MeshDecider {
  readonly meshes: Meshes;
  readonly #pods: Pods;
  readonly #callers = new Map<Mesh, Callers>();
  readonly #routes = new Map<ProxyScope | string, ClassRoutes>();

  constructor(
    world: World,
    options: AnalysisOptions,
    readonly targets: readonly Target[],
  ) {
    this.meshes = new Meshes(world, { targets, options });
    this.#pods = new Pods(this.meshes);
  }

  /** Those whose proxies a workload's control plane configures. */
  #callersOf(workload: Workload): Callers {
    const mesh = (workload.sidecar.present === true ? this.meshes.of(workload) : undefined) ?? this.meshes.everything;
    let callers = this.#callers.get(mesh);
    if (!callers) this.#callers.set(mesh, (callers = new Callers(mesh, this.#callers.size, this.meshes, this.#pods)));
    return callers;
  }

  /** Names the class of callers whose paths are the same: configured alike, and with the same identity. */
  classOf(workload: Workload): string {
    const { classes, number } = this.#callersOf(workload);
    return `${number} ${classes.nameOf(workload)} ${doubtKey(this.meshes.doubtsOf(workload, "client"))}`;
  }

  /** The paths of a caller to all targets, in their order. Callers of one class share the list where nothing depends on them. */
  paths(workload: Workload): readonly Path[] {
    const callers = this.#callersOf(workload);
    const routes = this.#routesOf(workload, callers);
    if (routes.open.length === 0) return routes.settled;
    const paths = [...routes.settled];
    for (const { index, admission } of routes.open)
      paths[index] = admit(admission, workload, callers.mesh.settings.trustDomain);
    return paths;
  }

  /** Routes of a class of callers to every target, worked out once. */
  #routesOf(workload: Workload, callers: Callers): ClassRoutes {
    const undecidable = this.meshes.doubtsOf(workload, "client");
    const hasProxy = workload.sidecar.present === true && !undecidable;
    const scope = hasProxy ? callers.classes.scopeOf(workload) : undefined;
    const key = scope ?? `${callers.number} ${withoutSidecar(workload)} ${doubtKey(undecidable)}`;
    let routes = this.#routes.get(key);
    if (!routes) {
      routes = { settled: [], open: [] };
      for (const [index, target] of this.targets.entries()) {
        const result = undecidable
          ? ended(unknown(undecidable))
          : scope
            ? this.#pastSidecar(callers, scope, workload, target)
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
    const { mesh, services } = this.#callersOf({ ...workload, sidecar: { present: false, because } });
    const service = target.kind === "service" ? mesh.serviceOf(target.host) : undefined;
    const port = service?.ports.find(({ number }) => number === target.port);
    if (service && port) {
      const cluster = { service, port, subset: "", rule: undefined };
      return services.behind({ cluster, target, because: [because], tls: undefined, scope: undefined, mesh });
    }
    return ended({
      verdict: "direct",
      encryption: [hopEncryption(false, target)],
      identity: false,
      exposes: null,
      because: [{ ...because, ...message("no-proxy-on-path", { because }) }],
    });
  }

  /** Settings of the pod or the mesh may keep a connection away from its sidecar. */
  #pastSidecar({ proxy }: Callers, scope: ProxyScope, workload: Workload, target: Target): RouteResult {
    if (interceptionKey(workload) === "") return proxy.routeOf(scope, target);
    const { dial } = proxy.dial(scope, target);
    const { intercepted, because } = interception(workload, target, dial.addresses ?? []);
    if (intercepted === true) return proxy.routeOf(scope, target);
    if (intercepted === "unknown") return ended(unknown([because]));
    const made = dial.addresses?.find((address) => isIncomplete(address) || address.startsWith("240.240."));
    if (made !== undefined) return ended(blocked([{ ...because, ...message("address-of-sidecar", { because }) }]));
    return this.#withoutSidecar({ ...workload, sidecar: { present: false, because } }, target);
  }
}
