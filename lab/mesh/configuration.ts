import type { Manifest } from "../../components/manifest.js";
import { ApiError, type Cluster } from "../controlplane/cluster.js";
import { deltaOf, identityOf } from "./delta.js";

const applying = { fieldManager: "lab" };

/** What stands in the API server, led from one configuration to the next by what differs. */
export class Configuration {
  private readonly standing = new Map<string, Manifest>();

  constructor(private readonly cluster: Cluster) {}

  /**
   * Makes these manifests stand, and nothing else that was put here before. A changed ServiceEntry is made anew: one that
   * once had an address of its own is never allocated one again, and what follows would depend on what came before.
   * Returns why the API server refuses one of them; what could be applied stands all the same.
   */
  async become(manifests: readonly Manifest[]): Promise<string | undefined> {
    const { apply, remove } = deltaOf([...this.standing.values()], manifests);
    const renewed = apply.filter((object) => object.kind === "ServiceEntry" && this.standing.has(identityOf(object)));
    await Promise.all([...remove, ...renewed].map((object) => this.remove(object)));
    const refusals = await Promise.all(apply.map((object) => this.apply(object)));
    return refusals.find((reason) => reason !== undefined);
  }

  private async apply(object: Manifest): Promise<string | undefined> {
    try {
      await this.cluster.apply(object, referenceTo(object), applying);
      this.standing.set(identityOf(object), object);
      return undefined;
    } catch (error) {
      // 400 comes from Istio's validation webhook, 422 from the API server's own.
      if (error instanceof ApiError && [400, 422].includes(error.status)) return error.message;
      throw error;
    }
  }

  private async remove(object: Manifest): Promise<void> {
    await this.cluster.delete(referenceTo(object));
    this.standing.delete(identityOf(object));
  }
}

function referenceTo({ apiVersion, kind, metadata: { name, namespace } }: Manifest) {
  return { apiVersion, kind, name, namespace };
}
