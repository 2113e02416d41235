import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listens, type Machine } from "./machine.js";

/** A web server over TLS. It answers with its machine's name, the name it was asked for, and the address that asks. */
export function https(name: string, address: string): Machine {
  const port = 443;
  return {
    name,
    address,
    ports: [port],
    start: async (place, { certificate }) => {
      const conf = join(place.folder, "nginx.conf");
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
      await writeFile(
        conf,
        [
          "daemon off;",
          "worker_processes 1;",
          `pid ${place.folder}/pid;`,
          "error_log stderr;",
          "events {}",
          "http {",
          `  access_log ${place.folder}/access.log;`,
          ...temporary.map((kind) => `  ${kind}_temp_path ${place.folder}/${kind};`),
          "  server {",
          `    listen ${address}:${port} ssl;`,
          `    ssl_certificate ${certificate.certFile};`,
          `    ssl_certificate_key ${certificate.keyFile};`,
          `    location / { return 200 "${name} as $ssl_server_name for $remote_addr\\n"; }`,
          "  }",
          "}",
          "",
        ].join("\n"),
      );
      await place.server("nginx", ["-c", conf], { ready: () => listens(address, port) });
    },
  };
}
