import type * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../settings/input.js";

/** Arguments of SecurePlatform in every language. */
export interface SecurePlatformArgs {
  /** Settings, with the keys that a stack file has. */
  settings: SettingsInput;
  /** Secret values by the names that the settings use. @default none */
  secrets?: Record<string, pulumi.Input<string>>;
}

/** The whole platform, layer by layer, from settings: cluster, mesh, egress gateway, namespaces, databases, policies. */
export interface SecurePlatform {
  /** Where sidecars send what leaves for a database. */
  gateway: string;
  /** Who reaches which database, by which path, encrypted how, and whether it is authenticated. Pairs not listed reach nothing. */
  access: Record<string, string>;
  /** What no single pair shows, the most harmful first, with what to change. */
  findings: string[];
  /** Ranges the gateway's connections come from, as a database in the same network sees them. Empty on a cluster that existed. */
  gatewayRanges: string[];
  /** Addresses the gateway's connections come from, as a database outside sees them. Empty on a cluster that existed. */
  gatewayAddresses: pulumi.Output<string[]>;
}
