import type { Problem } from "../settings/problem.js";
import { type Manifest, makesPods } from "./manifest.js";

/** Public registries; what any other host serves is left alone. */
const publicRegistries =
  /^((index\.|registry-1\.)?docker\.io|(\w+\.)?gcr\.io|ghcr\.io|quay\.io|registry\.k8s\.io|registry\.istio\.io|public\.ecr\.aws|mcr\.microsoft\.com|[\w-]+-docker\.pkg\.dev)$/;

/** Stands for an image that the injection webhook chooses. */
const chosenByWebhook = "auto";

/** Host of an image's registry; a name without one is Docker Hub's. */
function hostOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}

/** The image by the last part of its name in another registry, where it comes from a public one. */
export function imageIn(registry: string, image: string): string {
  if (image === chosenByWebhook || !publicRegistries.test(hostOf(image))) return image;
  return `${registry}/${image.slice(image.lastIndexOf("/") + 1)}`;
}

/** Images of the pods that these objects make. */
export function imagesOf(manifests: readonly Manifest[]): string[] {
  const found = new Set<string>();
  for (const manifest of manifests)
    withImages(manifest, (image) => {
      found.add(image);
      return image;
    });
  return [...found];
}

/** Where pods take their images from. */
export interface ImageSource {
  /** @default where they are */
  registry?: string;
  /** Digests by image. */
  imageDigests: Readonly<Record<string, string>>;
}

/** The same objects, with the images of their pods taken by digest and from a registry, where the source says so. */
export function pulledFrom({ registry, imageDigests }: ImageSource, manifests: readonly Manifest[]): Manifest[] {
  const pinned = (image: string) => {
    const digest = imageDigests[image];
    return digest === undefined ? image : `${image}@${digest}`;
  };
  const placed = (image: string) => (registry === undefined ? image : imageIn(registry, image));
  return manifests.map((manifest) => withImages(manifest, (image) => placed(pinned(image))));
}

/** Digests of images that no pod has. */
export function unusedDigestProblems(imageDigests: ImageSource["imageDigests"], images: readonly string[]): Problem[] {
  return Object.keys(imageDigests)
    .filter((image) => !images.includes(image))
    .map((image) => ({
      path: `cluster.imageDigests["${image}"]`,
      reason: "is the digest of an image that no pod of the stack has",
      instead: `Take it out, or write the image as the stack does: ${images.join(", ")}`,
    }));
}

/** Two images whose names differ only before their last part. */
export function sameNameProblems(registry: string, images: readonly string[]): Problem[] {
  const names = new Map<string, string>();
  return images.flatMap((image) => {
    const name = imageIn(registry, image);
    const other = names.get(name);
    names.set(name, image);
    return other === undefined
      ? []
      : [
          {
            path: "cluster.registry",
            value: registry,
            reason: `would have ${name} for two images, ${other} and ${image}`,
            instead: "Write one of them with the registry and a name of its own in the workload's manifest",
          },
        ];
  });
}

function withImages(manifest: Manifest, change: (image: string) => string): Manifest {
  return makesPods(manifest) ? { ...manifest, spec: changed(manifest.spec, change) as Manifest["spec"] } : manifest;
}

/** A value with the image of every container in it changed. */
function changed(value: unknown, change: (image: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => changed(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      (key === "containers" || key === "initContainers") && Array.isArray(item)
        ? item.map((container: { image?: unknown }) =>
            typeof container.image === "string" ? { ...container, image: change(container.image) } : container,
          )
        : changed(item, change),
    ]),
  );
}
