import type { Servers } from "../servers/servers.js";
import type { Image } from "./image.js";

/** The user of the official image. */
const nobody = 65534;

export function prometheus({ programs }: Servers): Image {
  return {
    runs: "Prometheus of Debian",
    entrypoint: ["/bin/prometheus"],
    arguments: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
    user: nobody,
    files: [{ path: "/bin/prometheus", from: programs.prometheus }],
  };
}
