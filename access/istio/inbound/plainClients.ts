import { inboundPorts, pastOwnSidecar } from "../../network/interception.js";
import { portAnswer, type PortAnswer } from "../../network/portAnswer.js";
import { noPort, portsOf, unionOf, type PortSet } from "../../network/portSet.js";
import type { Workload } from "../../model/model.js";
import type { Meshes } from "../config/meshes.js";

const tcp = portsOf("TCP");

/** On which TCP ports the pods' own sidecar, where they have one, takes connections without a certificate. */
export function takesPlaintext(meshes: Meshes, workload: Workload): PortAnswer {
  const { present, ambient } = workload.sidecar;
  if (present === false && !ambient) return portAnswer(tcp, noPort);
  // What a gateway takes is a matter of its servers.
  if (present !== true || workload.gateway || meshes.doubtsOf(workload, "server")) return portAnswer(noPort, tcp);
  const mesh = meshes.of(workload) ?? meshes.everything;
  const modes = mesh.peers.forWorkload(workload.namespace, workload.labels);
  const anybody = mesh.policies.forWorkload(workload.namespace, workload.labels, false).isEmpty;
  const verdictOn = (port: number | null): "open" | "blocked" | "unknown" => {
    if (pastOwnSidecar(workload, port)) return "open";
    const { mode } = (port === null ? undefined : modes.ports.get(port)) ?? modes.every;
    if (mode === "STRICT") return "blocked";
    return anybody && !mesh.patches.touching(workload, "SIDECAR_INBOUND", port ?? 0) ? "open" : "unknown";
  };
  const { included = [], excluded } = inboundPorts(workload);
  const apart = [...new Set([...modes.ports.keys(), ...included, ...excluded])];
  const others = tcp.minus(unionOf(apart.map((port) => portsOf("TCP", port, port))));
  const portsWith = (wanted: string): PortSet =>
    unionOf([
      verdictOn(null) === wanted ? others : noPort,
      ...apart.filter((port) => verdictOn(port) === wanted).map((port) => portsOf("TCP", port, port)),
    ]);
  return portAnswer(portsWith("open"), portsWith("unknown"));
}
