import { KubeConfig } from "@kubernetes/client-node";
import { kindKey, readKinds } from "../../access/input/kinds.js";
import type { KubernetesObject } from "../../access/model.js";
import { Cluster } from "../provider/cluster.js";

/** Where the API server lists a kind. */
export interface Collection {
  apiVersion: string;
  kind: string;
  path: string;
}

/** Speaks to the lab's API server as its administrator. */
export async function connectCluster(kubeconfigPath: string): Promise<Cluster> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  return Cluster.connect(config, undefined);
}

/** Where the API server lists each kind the analysis reads, among those it serves now. */
export async function readableCollections(cluster: Cluster): Promise<Collection[]> {
  const groups = (await cluster.getPath("/apis"))?.["groups"] as { preferredVersion: { groupVersion: string } }[];
  const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  return (await Promise.all(versions.map((version) => collectionsOf(cluster, version)))).flat();
}

async function collectionsOf(cluster: Cluster, apiVersion: string): Promise<Collection[]> {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources = [] } = ((await cluster.getPath(base)) ?? {}) as { resources?: { name: string; kind: string }[] };
  return resources
    .filter(({ name, kind }) => !name.includes("/") && readKinds.has(kindKey(apiVersion, kind)))
    .map(({ name, kind }) => ({ apiVersion, kind, path: `${base}/${name}` }));
}

/** Every object the analysis reads, as it stands in the API server; pods on their way out aside. */
export async function liveObjects(cluster: Cluster, collections: readonly Collection[]): Promise<KubernetesObject[]> {
  const lists = await Promise.all(
    collections.map(async ({ apiVersion, kind, path }) => {
      const { items = [] } = ((await cluster.getPath(path)) ?? {}) as { items?: KubernetesObject[] };
      return items.map((item) => ({ ...item, apiVersion, kind }));
    }),
  );
  return lists.flat().filter(({ metadata }) => !("deletionTimestamp" in metadata));
}
