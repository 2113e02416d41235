import { readFile } from "node:fs/promises";
import { main } from "@pulumi/pulumi/provider/server.js";
import { InventedCloud } from "./inventedCloud.js";
import { Inventory } from "./inventory.js";
import { LabSite, type SiteFiles } from "./site.js";

/** Where a stack's environment names the cloud it is deployed in. */
export const cloudVariables = { inventory: "LAB_CLOUD_INVENTORY", site: "LAB_CLOUD_SITE" } as const;

/** The engine starts this as the plug-in of a cloud's provider, in the environment of the stack. */
const site = JSON.parse(await readFile(process.env["LAB_CLOUD_SITE"] ?? "", "utf8")) as SiteFiles;
const inventory = new Inventory(process.env["LAB_CLOUD_INVENTORY"] ?? "");
await main(new InventedCloud(inventory, new LabSite(site)), process.argv.slice(2));
