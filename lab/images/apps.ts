import type { Servers } from "../servers/servers.js";
import type { Image } from "./image.js";

/** The user the original images run as, where a pod does not say. */
const appUser = 1000;

/** A service of our own program for sample applications. */
export function app(service: string): (servers: Servers) => Image {
  return ({ programs }) => ({
    runs: `a stand-in with the original's ports, paths and calls (app ${service})`,
    entrypoint: ["/usr/local/bin/app"],
    arguments: [service],
    user: appUser,
    files: [{ path: "/usr/local/bin/app", from: programs.app }],
  });
}
