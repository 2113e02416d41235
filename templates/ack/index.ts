import * as pulumi from "@pulumi/pulumi";
import { type Protocol, SecurePlatform } from "pulumi-mesh-egress";

const config = new pulumi.Config();
const region = new pulumi.Config("alicloud").require("region");
const host = config.require("host");
const namespace = config.require("namespace");
const serviceAccount = config.require("serviceAccount");

const platform = await SecurePlatform.create("platform", {
  // The keys of docs/settings.md.
  settings: {
    cluster: {
      cloud: "ack",
      region,
      endpoint: "public",
      authorizedNetworks: [{ name: "operators", range: config.require("operators") }],
      // Ranges that overlap none of your networks.
      zones: [
        { zone: `${region}-i`, nodes: "10.0.0.0/24", pods: "10.64.0.0/20", gateway: "10.64.32.0/24" },
        { zone: `${region}-j`, nodes: "10.0.1.0/24", pods: "10.64.16.0/20", gateway: "10.64.33.0/24" },
      ],
      nodePool: { instanceTypes: ["ecs.g7.xlarge"] },
      gatewayPool: { instanceTypes: ["ecs.g7.large"] },
    },
    mesh: { kind: "asm" },
    namespaces: [{ name: namespace }],
    databases: [
      {
        name: "database",
        host,
        protocol: config.require<Protocol>("protocol"),
        clients: [{ namespace, serviceAccounts: [serviceAccount] }],
      },
    ],
    // pulumi preview fails when one of these does.
    access: {
      assert: [
        {
          name: "the application reaches its database through the gateway, authenticated",
          from: { namespace, serviceAccount },
          to: { database: "database" },
          expect: "gateway",
          identity: true,
        },
      ],
    },
  },
});

/** Who reaches which database, by which path. */
export const access = platform.access;
/** What no single pair shows, with what to change. */
export const findings = platform.findings;
/** Where the gateway's connections come from: what the database's allow-list must admit. */
export const gatewaySources = platform.gatewaySources;
