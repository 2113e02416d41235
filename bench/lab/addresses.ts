import { mongoDatabase, mongoPorts, mongoUser } from "../../lab/outside/outside.js";

/** What a client must know beside the host. */
export interface Access {
  password: string;
  /** Authority behind every certificate outside. */
  caFile: string;
}

/** A database's address, as the client program takes it. */
export type Address = (access: Access) => string;

export const mysqlAt =
  (host: string): Address =>
  ({ password }) =>
    `root:${password}@tcp(${host}:3306)/lab`;

/** Plain from the application, whatever happens to it on its way. */
export const mongoAt = (host: string, port = mongoPorts.plain): Address => mongo(host, port, () => ({}));

/** The application opens TLS itself. */
export const mongoOverTlsAt = (host: string): Address =>
  mongo(host, mongoPorts.tls, ({ caFile }) => ({ tls: "true", tlsCAFile: caFile }));

const mongo =
  (host: string, port: number, more: (access: Access) => Record<string, string>): Address =>
  (access) => {
    const options = new URLSearchParams({ authSource: mongoDatabase, directConnection: "true", ...more(access) });
    return `mongodb://${mongoUser}:${access.password}@${host}:${port}/${mongoDatabase}?${options.toString()}`;
  };
