import type { Image } from "./image.js";

/** Where Debian puts what the official image has compiled in. */
const streamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

/** Loads the stream module before anything else: of two -g NGINX would take only the last. */
const wrapper = `#!/bin/sh
load="load_module ${streamModule};"
given=
for argument; do
  shift
  if [ "$argument" = -g ]; then given=next; continue; fi
  if [ "$given" = next ]; then load="$load $argument"; given=; continue; fi
  set -- "$@" "$argument"
done
exec /usr/sbin/nginx -g "$load" "$@"
`;

const configuration = `worker_processes 1;
error_log /dev/stderr warn;
pid /tmp/nginx.pid;
events {}
http {
  include /etc/nginx/mime.types;
  access_log /dev/stdout;
  client_body_temp_path /tmp/nginx-body;
  proxy_temp_path /tmp/nginx-proxy;
  fastcgi_temp_path /tmp/nginx-fastcgi;
  uwsgi_temp_path /tmp/nginx-uwsgi;
  scgi_temp_path /tmp/nginx-scgi;
  include /etc/nginx/conf.d/*.conf;
}
`;

const defaultServer = `server {
  listen 80;
  root /usr/share/nginx/html;
}
`;

/** NGINX as a web server, or as whatever its mounted configuration makes of it. */
export function nginx(): Image {
  return {
    runs: "NGINX of Debian",
    entrypoint: ["/usr/local/bin/nginx"],
    arguments: ["-g", "daemon off;"],
    files: [
      { path: "/usr/local/bin/nginx", text: wrapper, mode: 0o755 },
      { path: "/etc/nginx/nginx.conf", text: configuration },
      { path: "/etc/nginx/conf.d/default.conf", text: defaultServer },
      { path: "/usr/share/nginx/html/index.html", text: "<!doctype html><title>nginx</title><p>NGINX answers.\n" },
    ],
  };
}
