import type { Servers } from "../servers/servers.js";
import type { Image } from "./image.js";

export function coredns({ programs }: Servers): Image {
  return {
    runs: "CoreDNS, built from its source",
    entrypoint: ["/coredns"],
    arguments: [],
    files: [{ path: "/coredns", from: programs.coredns }],
  };
}
