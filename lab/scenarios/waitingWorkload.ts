import { applicationUser } from "../probes/users.js";
import type { Who } from "./stage.js";

/** A workload of a stack, as its settings have it, that waits for probes to run in it. */
export function waitingWorkload({ namespace, labels: { app } }: Who): object {
  return {
    kind: "deployment",
    name: app,
    namespace,
    image: "alpine:3.22",
    command: ["sleep", "infinity"],
    runAsUser: applicationUser,
  };
}
