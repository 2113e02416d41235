// `node mongoClient.js URL [MILLISECONDS]`: prints the ratings of Bookinfo's database, read by MongoDB's own driver.
import { MongoClient } from "mongodb";

const [url, milliseconds] = process.argv.slice(2);
const timeout = Number(milliseconds ?? 3000);
const client = new MongoClient(url, { serverSelectionTimeoutMS: timeout, connectTimeoutMS: timeout });
try {
  const found = await client.db().collection("ratings").find().toArray();
  console.log(`ratings ${found.map(({ rating }) => rating).join(" ")}`);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  await client.close();
}
