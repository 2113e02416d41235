import { message } from "../../messages/index.js";
import type { Evidence, Workload, World } from "../../model/model.js";
import { once } from "../../model/once.js";
import type { ControlPlane } from "../controlPlane/controlPlanes.js";
import { Mesh, type MeshInput } from "./mesh.js";
import type { End } from "./partialSelection.js";

/** One mesh for every control plane: each configures its own proxies, from what it reads. */
export class Meshes {
  readonly all: readonly Mesh[];
  readonly #byPlane: ReadonlyMap<ControlPlane, Mesh>;
  readonly #everything: () => Mesh;

  constructor(world: World, input: Omit<MeshInput, "index" | "workloads">) {
    const full = { ...input, index: world, workloads: world.workloads };
    this.#byPlane = new Map(world.planes.all.map((plane) => [plane, new Mesh(full, plane)]));
    this.all = [...this.#byPlane.values()];
    const [plane] = world.planes.all as [ControlPlane, ...ControlPlane[]];
    const readsAll = this.all.find(({ skipped }) => skipped.size === 0);
    this.#everything = once(() => readsAll ?? new Mesh(full, plane, true));
  }

  /** The mesh whose control plane configures a workload's proxy. Undefined where that is not known. */
  of({ sidecar: { present, plane } }: Pick<Workload, "sidecar">): Mesh | undefined {
    if (present === false) return this.#everything();
    return plane && this.#byPlane.get(plane);
  }

  /**
   * Why nothing can be told of a workload's proxy at one end of a connection: who configures it is not known, by what, or
   * whether all its pods' proxies are configured alike. Undefined without a proxy.
   */
  doubtsOf(workload: Workload, end: End): readonly Evidence[] | undefined {
    const { sidecar } = workload;
    if (sidecar.present !== true) return undefined;
    const mesh = this.of(workload);
    if (!mesh) return [sidecar.because, { ...sidecar.because, ...message("control-plane-unknown") }];
    if (mesh.doubts.length > 0) return mesh.doubts;
    const part = mesh.partial.ofWorkload(workload, end);
    return part && [part];
  }

  /** All objects, whichever control plane reads them: what callers without a proxy meet. */
  get everything(): Mesh {
    return this.#everything();
  }
}
