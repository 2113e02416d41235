import { message } from "../../messages/index.js";
import type { KubernetesObject, MeshOptions, Problem } from "../../model/model.js";
import { problemAt } from "../../model/problem.js";
import { buildWorld } from "../../model/world.js";
import { meshSettings } from "./settings.js";

/** How the mesh of a cluster is configured, by its objects. Undefined where it has several control planes. */
export function meshOptionsOf(objects: readonly KubernetesObject[], said: MeshOptions = {}): MeshOptions | undefined {
  const plane = buildWorld(objects).planes.named("default");
  if (!plane) return undefined;
  const { outboundMode, dnsCapture, trustDomain, rootNamespace, scopeGateways } = meshSettings(plane, {
    mesh: said,
  });
  const outboundTrafficPolicy = outboundMode === "REGISTRY_ONLY" ? outboundMode : "ALLOW_ANY";
  return { outboundTrafficPolicy, dnsCapture, trustDomain, rootNamespace, scopeGatewayToNamespace: scopeGateways };
}

/** Where what is said of a mesh differs from the mesh's own configuration among the objects of its cluster. */
export function meshDifferences(objects: readonly KubernetesObject[], said: MeshOptions): Problem[] {
  // Of several control planes, which one is meant is not said.
  const found = meshOptionsOf(objects);
  if (!found) return [];
  const pairs: [setting: string, said: unknown, found: unknown][] = [
    ["mesh.outboundTrafficPolicy", said.outboundTrafficPolicy, found.outboundTrafficPolicy],
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
