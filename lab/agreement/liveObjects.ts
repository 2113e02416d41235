import { kindKey, type KubernetesObject } from "mesh-access";
import { readKinds } from "mesh-access/input";
import type { Cluster } from "../controlplane/cluster.js";

/** Where the API server lists a kind. */
export interface Collection {
  apiVersion: string;
  kind: string;
  path: string;
}

interface ApiGroup {
  readonly preferredVersion: { readonly groupVersion: string };
  readonly versions: readonly { readonly groupVersion: string }[];
}

/** Where the API server lists each kind the analysis reads, among those it serves now. */
export async function readableCollections(cluster: Cluster): Promise<Collection[]> {
  const groups = (await cluster.getPath("/apis"))?.["groups"] as ApiGroup[];
  const ofGroups = await Promise.all(groups.map((group) => collectionsOfGroup(cluster, group)));
  return [...(await collectionsOf(cluster, "v1")), ...ofGroups.flat()];
}

/** Each kind of a group once: in the version the group prefers, or in the one that has it, as EnvoyFilter's does. */
async function collectionsOfGroup(cluster: Cluster, { preferredVersion, versions }: ApiGroup): Promise<Collection[]> {
  const names = new Set([preferredVersion, ...versions].map(({ groupVersion }) => groupVersion));
  const all = (await Promise.all([...names].map((version) => collectionsOf(cluster, version)))).flat();
  return all.filter(({ kind }, index) => all.findIndex((other) => other.kind === kind) === index);
}

async function collectionsOf(cluster: Cluster, apiVersion: string): Promise<Collection[]> {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources = [] } = ((await cluster.getPath(base)) ?? {}) as { resources?: { name: string; kind: string }[] };
  return resources
    .filter(({ name, kind }) => !name.includes("/") && readKinds.has(kindKey({ apiVersion, kind })))
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
