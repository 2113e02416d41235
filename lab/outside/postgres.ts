import { appendFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { listens, type Machine } from "./machine.js";

/** Where Debian keeps the versions of its package. */
const versions = "/usr/lib/postgresql";

/** PostgreSQL; its `identity` table says which machine it is. */
export function postgres(name: string, address: string): Machine {
  const port = 5432;
  return {
    name,
    address,
    ports: [port],
    start: async (place, { password }) => {
      const [data, passwordFile] = [join(place.folder, "data"), join(place.folder, "password")];
      const bin = join(versions, (await readdir(versions)).sort().at(-1) ?? "", "bin");
      await writeFile(passwordFile, password);
      const user = await place.ownedBy("postgres");
      const as = ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"] as const;
      const [setpriv, ...identity] = as;
      const options = ["-D", data, "-U", "postgres", `--pwfile=${passwordFile}`, "-A", "scram-sha-256", "--no-sync"];
      await execa(setpriv, [...identity, join(bin, "initdb"), ...options], { cwd: place.folder });
      await appendFile(join(data, "pg_hba.conf"), "host all all 0.0.0.0/0 scram-sha-256\n");
      const settings = [`listen_addresses=${address}`, `unix_socket_directories=${place.folder}`, "fsync=off"];
      await place.server(join(bin, "postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
        user: "postgres",
        ready: () => listens(address, port),
      });
      const statements = `CREATE TABLE identity (name TEXT); INSERT INTO identity VALUES ('${name}')`;
      await execa("psql", ["-h", address, "-U", "postgres", "-c", statements], { env: { PGPASSWORD: password } });
    },
  };
}
