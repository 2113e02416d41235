import { type Manifest, makesPods } from "./manifest.js";

/** Names the revision in a pod's template: a pod takes the proxy of another one only when it starts anew. */
const annotation = "mesh-egress/revision";

/** Kinds that replace their pods one after the other when the template changes. */
const rolling = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

interface Template {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
}

function templateOf({ spec }: Manifest): Template | undefined {
  return (spec as { template?: Template } | undefined)?.template;
}

/** Whether `up` restarts its pods when their revision changes. */
export function followsRevision(manifest: Manifest): boolean {
  const { labels, annotations } = templateOf(manifest)?.metadata ?? {};
  const inject = labels?.["sidecar.istio.io/inject"] ?? annotations?.["sidecar.istio.io/inject"];
  return rolling.has(manifest.kind) && makesPods(manifest) && inject !== "false";
}

/** The same objects, whose pods restart when the revision of their namespace changes. */
export function restartedBy(
  revisionOf: (namespace: string) => string | undefined,
  manifests: readonly Manifest[],
): Manifest[] {
  return manifests.map((manifest) => {
    const revision = followsRevision(manifest) ? revisionOf(manifest.metadata.namespace ?? "default") : undefined;
    return revision === undefined ? manifest : annotated(manifest, revision);
  });
}

function annotated(manifest: Manifest, revision: string): Manifest {
  const template = templateOf(manifest);
  const { metadata } = template ?? {};
  return {
    ...manifest,
    spec: {
      ...(manifest.spec as object),
      template: {
        ...template,
        metadata: { ...metadata, annotations: { ...metadata?.annotations, [annotation]: revision } },
      },
    },
  };
}
