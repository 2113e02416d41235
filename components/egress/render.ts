import { trafficModes, type TrafficMode, type TrafficModeFacts } from "../../settings/trafficModes.js";
import type { Manifest } from "../manifest.js";
import type { Path } from "./endpoint.js";
import { modes } from "./modes/allModes.js";
import { clientsToDatabase, clientsToGateway, type Destination, gatewayToDatabase } from "./networkPolicies.js";

/** All resources that lead the clients of one endpoint to it, and nobody else. */
export function renderEndpoint(path: Path, trafficMode: TrafficMode, destination?: Destination): Manifest[] {
  return [...modes[trafficMode](path), ...(destination ? openings(path, trafficModes[trafficMode], destination) : [])];
}

/** What NetworkPolicy must let through for the mode, under the default deny of the namespaces. */
function openings(path: Path, facts: TrafficModeFacts, destination: Destination): Manifest[] {
  if (!facts.throughGateway) return clientsToDatabase(path, destination);
  return [
    gatewayToDatabase(path, destination),
    ...(path.endpoint.gatewayPort ? clientsToGateway(path, destination) : []),
  ];
}
