import type { Stage } from "./stage.js";

interface KubernetesObject {
  metadata: { name: string; namespace?: string; labels?: object; annotations?: object };
  spec?: { rules?: object[] };
}

/** Objects taken away for a while: what they are there for shows when they are missing. */
export class SetAside {
  private readonly items: object[] = [];

  /** Deletes what `kubectl get` finds by these arguments, or those of it that `which` picks, and remembers it. */
  async take(
    { kubectl }: Stage,
    args: readonly string[],
    which: (object: KubernetesObject) => boolean = () => true,
  ): Promise<void> {
    const found = JSON.parse(await kubectl(["get", ...args, "-o", "json"])) as
      KubernetesObject | { items: KubernetesObject[] };
    const taken = ("items" in found ? found.items : [found]).filter(which);
    this.items.push(...taken.map(asNew));
    await kubectl(["delete", "-f", "-"], { apiVersion: "v1", kind: "List", items: taken });
  }

  /** Creates everything again. */
  async putBack({ kubectl }: Stage): Promise<void> {
    await kubectl(["create", "-f", "-"], { apiVersion: "v1", kind: "List", items: this.items.splice(0) });
  }
}

/** An object as it can be created again: without what the API server gave it. */
function asNew({ metadata, ...rest }: KubernetesObject): object {
  const { name, namespace, labels, annotations } = metadata;
  return { ...rest, metadata: { name, namespace, labels, annotations } };
}
