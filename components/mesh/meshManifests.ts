import type { MeshSettings } from "../../settings/mesh.js";
import type { Manifest } from "../manifest.js";
import { managedMeshConfig } from "./managedMeshConfig.js";
import { controlPlaneNamespace } from "./controlPlaneNamespace.js";
import { dnsCaptureConfig } from "./dnsCaptureConfig.js";
import { revisionTags } from "./revisionTags.js";

/** Objects of the mesh itself, beside what its charts and its cloud bring. */
export function meshManifests(mesh: MeshSettings): Manifest[] {
  switch (mesh.kind) {
    case "istio":
      return mesh.install ? [controlPlaneNamespace(mesh), ...revisionTags(mesh)] : [];
    case "asm":
      return mesh.dnsCapture ? [dnsCaptureConfig()] : [];
    case "cloud-service-mesh":
      return [managedMeshConfig(mesh)];
  }
}
