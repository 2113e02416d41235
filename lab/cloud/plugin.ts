import { readFile } from "node:fs/promises";
import { main } from "@pulumi/pulumi/provider/server.js";
import { InventedCloud } from "./inventedCloud.js";

/** The engine starts this as the plug-in of a cloud's provider, in the environment of the stack. */
const kubeconfig = await readFile(process.env["KUBECONFIG"] ?? "", "utf8");
await main(new InventedCloud(kubeconfig), process.argv.slice(2));
