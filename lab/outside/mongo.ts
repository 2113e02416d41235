import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { listens, type Machine } from "./machine.js";

/** The user the scenario's database has. Reading is all it does. */
export const mongoUser = "bookinfo";
/** The database that holds the ratings, and its user. */
export const mongoDatabase = "test";

/** Ports of the server, plain and over TLS. */
export const mongoPorts = { plain: 27017, tls: 27018 };

/** A server of MongoDB's protocol, plain and over TLS, with Bookinfo's two ratings. */
export function mongo(name: string, address: string): Machine {
  return {
    name,
    address,
    ports: Object.values(mongoPorts),
    start: async (place, { password, certificate }) => {
      const data = join(place.folder, "data");
      await mkdir(data);
      const plain = [
        "-listen",
        `${address}:${mongoPorts.plain}`,
        "-user",
        mongoUser,
        "-database",
        mongoDatabase,
        "-data",
        data,
      ];
      const { certFile, keyFile } = certificate;
      const tls = ["-listen-tls", `${address}:${mongoPorts.tls}`, "-tls-cert", certFile, "-tls-key", keyFile];
      await place.server(place.servers.programs["mongo-server"], [...plain, ...tls], {
        env: { MONGO_PASSWORD: password },
        ready: () => listens(address, mongoPorts.tls),
      });
      await setRatings(address, password, [4, 5]);
    },
  };
}

/** Writes what Bookinfo's page shows, past every mesh, as the database's administrator would. */
export async function setRatings(address: string, password: string, ratings: readonly number[]): Promise<void> {
  const login = `${mongoUser}:${encodeURIComponent(password)}`;
  const client = new MongoClient(`mongodb://${login}@${address}:${mongoPorts.plain}/?authSource=${mongoDatabase}`);
  try {
    const collection = client.db(mongoDatabase).collection("ratings");
    await collection.deleteMany({});
    await collection.insertMany(ratings.map((rating) => ({ rating })));
  } finally {
    await client.close();
  }
}
