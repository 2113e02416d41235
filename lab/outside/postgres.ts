import { appendFile, copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { listens, type Machine } from "./machine.js";

/** PostgreSQL refuses to run as root; this one owns nothing else. */
const serverUser = "nobody";

/** PostgreSQL, plain or in TLS as the client asks; its `identity` table says which machine it is. */
export function postgres(name: string, address: string): Machine {
  const port = 5432;
  return {
    name,
    address,
    ports: [port],
    start: async (place, { password, certificate }) => {
      const { initdb, postgres: server } = place.servers.programs;
      const file = (part: string): string => join(place.folder, part);
      await writeFile(file("password"), password);
      // The server wants a key that is its user's own.
      await copyFile(certificate.keyFile, file("key"));
      await execa("chmod", ["600", file("key")]);
      const user = await place.ownedBy(serverUser);
      const identity = [`--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
      const options = ["-D", file("data"), "-U", "postgres", `--pwfile=${file("password")}`, "-A", "scram-sha-256"];
      await execa("setpriv", [...identity, initdb, ...options, "--no-sync"], { cwd: place.folder });
      await appendFile(join(file("data"), "pg_hba.conf"), "host all all 0.0.0.0/0 scram-sha-256\n");
      const settings = [
        ...[`listen_addresses=${address}`, `unix_socket_directories=${place.folder}`, "fsync=off"],
        ...["ssl=on", `ssl_cert_file=${certificate.certFile}`, `ssl_key_file=${file("key")}`],
      ];
      await place.server(server, ["-D", file("data"), ...settings.flatMap((setting) => ["-c", setting])], {
        user: serverUser,
        ready: () => listens(address, port),
      });
      const statements = `CREATE TABLE identity (name TEXT); INSERT INTO identity VALUES ('${name}')`;
      await execa("psql", ["-h", address, "-U", "postgres", "-c", statements], { env: { PGPASSWORD: password } });
    },
  };
}
