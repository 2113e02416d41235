import { message } from "../../messages/index.js";
import type { KubernetesObject, MeshOptions, Problem } from "../../model/model.js";
import { problemAt } from "../../model/problem.js";
import { buildWorld } from "../../model/world.js";
import { meshSettings } from "./settings.js";

/** Where what is said of a mesh differs from the mesh's own configuration among the objects of its cluster. */
export function meshDifferences(objects: readonly KubernetesObject[], said: MeshOptions): Problem[] {
  const { planes } = buildWorld(objects);
  const plane = planes.named("default");
  // Of several control planes, which one is meant is not said.
  if (!plane) return [];
  const found = meshSettings(plane, {});
  const pairs: [setting: string, said: unknown, found: unknown][] = [
    ["mesh.outboundTrafficPolicy", said.outboundTrafficPolicy, found.outboundMode],
    ["mesh.dnsCapture", said.dnsCapture, found.dnsCapture],
    ["mesh.trustDomain", said.trustDomain, found.trustDomain],
    ["mesh.namespace", said.rootNamespace, found.rootNamespace],
  ];
  return pairs
    .filter(([, one, other]) => one !== undefined && one !== other)
    .map(([setting, one, other]) =>
      problemAt(message("mesh-setting-differs", { setting, said: String(one), found: String(other) })),
    );
}
