import { copyFile, cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { listens, type Machine, type Place } from "./machine.js";

/** MariaDB, the RDS of the scenarios. `lab.identity` says which of several it is. */
export function mariadb(name: string, address: string): Machine {
  const port = 3306;
  return {
    name,
    address,
    ports: [port],
    start: async (place, { password, certificate }) => {
      const data = join(place.folder, "data");
      await installTables(place, data);
      const init = join(place.folder, "init.sql");
      const statements = [
        `CREATE USER root@'%' IDENTIFIED BY '${password}'`,
        "GRANT ALL ON *.* TO root@'%'",
        "CREATE DATABASE lab",
        "CREATE TABLE lab.identity (name TEXT)",
        `INSERT INTO lab.identity VALUES ('${name}')`,
      ];
      await writeFile(init, statements.map((statement) => `${statement};\n`).join(""), { mode: 0o600 });
      const files = [`--datadir=${data}`, `--socket=${place.folder}/socket`, `--pid-file=${place.folder}/pid`];
      const network = [`--bind-address=${address}`, `--port=${port}`, "--skip-name-resolve"];
      // Plain or in TLS, as the client asks.
      const key = join(place.folder, "key.pem");
      await copyFile(certificate.keyFile, key);
      const tls = [`--ssl-cert=${certificate.certFile}`, `--ssl-key=${key}`];
      const options = ["--no-defaults", ...files, ...network, ...tls, ...economies, `--init-file=${init}`];
      await place.server("mariadbd", options, {
        user: "mysql",
        ready: () => listens(address, port),
      });
    },
  };
}

/** A few megabytes and no disk writes to wait for: what is stored is gone with the run. */
const economies = [
  "--innodb-buffer-pool-size=8M",
  "--innodb-log-file-size=4M",
  "--innodb-flush-log-at-trx-commit=0",
  "--performance-schema=OFF",
];

let template: Promise<string> | undefined;

/** Makes the system tables once for all machines: it is most of the work. */
async function installTables(place: Place, data: string): Promise<void> {
  template ??= makeTemplate(join(place.folder, "..", "mariadb-tables"));
  await cp(await template, data, { recursive: true });
}

async function makeTemplate(folder: string): Promise<string> {
  await execa("mariadb-install-db", [
    "--no-defaults",
    `--datadir=${folder}`,
    "--user=root",
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
    "--skip-name-resolve",
    "--innodb-log-file-size=4M",
  ]);
  return folder;
}
