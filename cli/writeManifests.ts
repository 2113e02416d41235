import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeYaml } from "mesh-access/yaml";
import type { Manifest } from "../components/manifest.js";

/** What others refer to comes first, so that the output can be applied as it stands. */
const first = ["Namespace", "ServiceAccount", "Secret", "ConfigMap", "Service"];

/** Manifests in an order that does not depend on the order of the settings, each with its name at the top. */
export function inOrder(manifests: readonly Manifest[]): Manifest[] {
  const keyed = manifests.map((manifest) => [sortKey(manifest), manifest] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, manifest]) => nameFirst(manifest));
}

function nameFirst({ apiVersion, kind, metadata, ...rest }: Manifest): Manifest {
  const { name, namespace, ...more } = metadata;
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...more }, ...rest };
}

function sortKey({ apiVersion, kind, metadata }: Manifest): string {
  const rank = first.includes(kind) ? first.indexOf(kind) : first.length;
  return [rank, metadata.namespace ?? "", kind, metadata.name, apiVersion].join("\0");
}

/** One file per object: `<namespace>/<kind>-<name>.yaml`. Returns the files. */
export function writeManifests(manifests: Manifest[], folder: string): string[] {
  return manifests.map((manifest) => {
    const { kind, metadata } = manifest;
    const place = join(folder, metadata.namespace ?? "cluster");
    mkdirSync(place, { recursive: true });
    const file = join(place, `${kind.toLowerCase()}-${metadata.name}.yaml`);
    writeFileSync(file, writeYaml(manifest));
    return file;
  });
}
