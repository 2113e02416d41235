import type { Image } from "./image.js";

/** A workload that only waits: probes run their commands in it, with the machine's curl, dig and database clients. */
export function shell(user = 0): () => Image {
  return () => ({
    runs: "a shell of this machine, with its tools",
    entrypoint: [],
    arguments: ["sleep", "infinity"],
    user,
  });
}
