import type { Finding } from "../model.js";
import type { MeshDecider } from "./decide.js";
import { evidence, label } from "./evidence.js";
import { isTls } from "./protocol.js";
import { anyAddress } from "./registry.js";

/** What no single pair shows. */
export function findings(mesh: MeshDecider): Finding[] {
  return swallowedPorts(mesh);
}

/** TCP services without an address take every address on their port, and of several only the first stands. */
function swallowedPorts(mesh: MeshDecider): Finding[] {
  const captured = mesh.settings.dnsCapture;
  const byPort = new Map<number, Finding>();
  for (const service of mesh.services) {
    if (service.registry !== "external" || service.address !== anyAddress || service.exportTo.has("~")) continue;
    if (captured && service.allocated !== undefined) continue;
    for (const [index, port] of service.ports.entries()) {
      if (isTls(port.protocol) || port.protocol === "http" || port.protocol === "udp") continue;
      const because = evidence(service.object, `spec.ports[${index}]`, `${service.host} has no address of its own`);
      const known = byPort.get(port.number);
      if (known) {
        byPort.set(port.number, { ...known, because: [...known.because, because] });
        continue;
      }
      const text = `Any address on port ${port.number} that a workload dials, where ${label(service.object)} is visible, ends at ${service.host}.`;
      byPort.set(port.number, { rule: "port-swallowed", text, because: [because] });
    }
  }
  return [...byPort.values()];
}
