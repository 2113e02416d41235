import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "@pulumi/pulumi/provider/server.js";
import { InventedCloud, nowhere, type Site } from "./inventedCloud.js";
import { emptyWorld, Inventory } from "./inventory.js";
import { LabSite, type SiteFiles } from "./site.js";

/** The engine starts this as the plug-in of a cloud's provider, in the environment of the stack, which may name a cloud. */
const { LAB_CLOUD_INVENTORY: file, LAB_CLOUD_SITE: site } = process.env;

/** For a preview, which makes nothing, any empty cloud will do. */
async function emptyInventory(): Promise<Inventory> {
  const inventory = new Inventory(join(await mkdtemp(join(tmpdir(), "cloud-")), "inventory.json"));
  inventory.write(structuredClone(emptyWorld));
  return inventory;
}

const inventory = file === undefined ? await emptyInventory() : new Inventory(file);
const made: Site = site === undefined ? nowhere : new LabSite(JSON.parse(await readFile(site, "utf8")) as SiteFiles);
await main(new InventedCloud(inventory, made), process.argv.slice(2));
