import { basename, dirname } from "node:path";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import type { ConfigMapOverride, Image } from "../images/imagePrograms.js";

/** The variables an image sets against the pod's own. */
export function overriddenVariables(image: Image): Record<string, string> {
  const overrides = (image.overrides ?? []).flatMap((override) => ("variable" in override ? [override] : []));
  return Object.fromEntries(overrides.map(({ variable, value }) => [variable, value]));
}

/** A pod with the volumes its images' overrides need, and what they change in them. */
export class PodOverrides {
  readonly pod: V1Pod;
  private readonly byVolume = new Map<string, ConfigMapOverride>();

  constructor(asked: V1Pod, imageFor: (reference: string) => Image | undefined) {
    this.pod = structuredClone(asked);
    for (const container of this.pod.spec?.containers ?? []) {
      for (const override of imageFor(container.image ?? "")?.overrides ?? []) {
        if ("file" in override) this.mount(container, override);
      }
    }
  }

  /** The content of a volume's file as the container is to see it. */
  readonly rewrite = (volume: string, file: string, content: Buffer): Buffer => {
    const override = this.byVolume.get(volume);
    if (!override || file !== basename(override.file)) return content;
    return Buffer.from(override.rewrite(content.toString("utf8")));
  };

  private mount(container: V1Container, override: ConfigMapOverride): void {
    const volume = `lab-override-${this.byVolume.size}`;
    const variables = Object.fromEntries((container.env ?? []).map(({ name, value = "" }) => [name, value]));
    const key = basename(override.file);
    const configMap = { name: override.configMap(variables), items: [{ key, path: key }], optional: true };
    (this.pod.spec ??= { containers: [] }).volumes = [...(this.pod.spec.volumes ?? []), { name: volume, configMap }];
    (container.volumeMounts ??= []).push({ name: volume, mountPath: dirname(override.file) });
    this.byVolume.set(volume, override);
  }
}
