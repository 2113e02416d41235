import type { Servers } from "../servers/servers.js";
import type { Image } from "./image.js";

/** The number the MySQL image gives its user. */
const mysqlUser = 999;

/**
 * Fills the data folder on the first start, applies the variables of the MySQL and MariaDB images, and becomes the
 * server as its own user. The password statements go through a file only that user reads.
 */
const mysqlEntrypoint = `#!/bin/sh
set -eu
data=/var/lib/mysql
mkdir -p "$data" /run/mysqld
init=/run/mysqld/init.sql
: >"$init"
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/\\\\\\\\/&&/g; s/'/''/g")"; }
root=\${MYSQL_ROOT_PASSWORD:-\${MARIADB_ROOT_PASSWORD:-}}
database=\${MYSQL_DATABASE:-\${MARIADB_DATABASE:-}}
user=\${MYSQL_USER:-\${MARIADB_USER:-}}
password=\${MYSQL_PASSWORD:-\${MARIADB_PASSWORD:-}}
if [ -n "\${MYSQL_RANDOM_ROOT_PASSWORD:-}\${MARIADB_RANDOM_ROOT_PASSWORD:-}" ]; then root=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n'); fi
if [ ! -d "$data/mysql" ]; then
  mariadb-install-db --no-defaults --datadir="$data" --user=root --auth-root-authentication-method=normal \\
    --skip-test-db --skip-name-resolve --innodb-log-file-size=4M >/run/mysqld/install.log
  {
    if [ -n "$root" ]; then
      echo "ALTER USER root@localhost IDENTIFIED BY $(quoted "$root");"
      echo "CREATE USER root@'%' IDENTIFIED BY $(quoted "$root");"
      echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    fi
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \\\`$database\\\`;"; fi
    if [ -n "$user" ]; then echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"; fi
    if [ -n "$user" ] && [ -n "$database" ]; then echo "GRANT ALL ON \\\`$database\\\`.* TO $(quoted "$user")@'%';"; fi
  } >>"$init"
fi
chmod 600 "$init"
set -- mariadbd --no-defaults --datadir="$data" --socket=/run/mysqld/mysqld.sock --pid-file=/run/mysqld/mysqld.pid \\
  --bind-address=0.0.0.0 --skip-name-resolve --innodb-buffer-pool-size=16M --innodb-log-file-size=4M \\
  --performance-schema=OFF --init-file="$init" "$@"
if [ "$(id -u)" != 0 ]; then exec "$@"; fi
chown -R ${mysqlUser}:${mysqlUser} "$data" /run/mysqld
exec setpriv --reuid=${mysqlUser} --regid=${mysqlUser} --clear-groups -- "$@"
`;

/** MySQL and MariaDB, as a server or as a pod to run the client in: the image is a server either way. */
export function mysql(): Image {
  const path = "/usr/local/bin/docker-entrypoint.sh";
  return {
    runs: "MariaDB of Debian, with the variables of the MySQL image",
    entrypoint: [path],
    arguments: [],
    files: [{ path, text: mysqlEntrypoint, mode: 0o755 }],
  };
}

export function redis(): Image {
  return {
    runs: "Redis of Debian",
    entrypoint: ["redis-server"],
    arguments: ["--save", "", "--protected-mode", "no", "--dir", "/tmp"],
    user: 999,
  };
}

/** MongoDB, for pods inside the cluster. */
export function mongo({ programs }: Servers): Image {
  return {
    runs: "FerretDB, a server of MongoDB's protocol, built from its source",
    entrypoint: ["/usr/local/bin/mongod"],
    arguments: ["--listen", ":27017", "--data", "/tmp"],
    user: 999,
    files: [{ path: "/usr/local/bin/mongod", from: programs["mongo-server"] }],
  };
}
