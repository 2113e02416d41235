import * as pulumi from "@pulumi/pulumi";
import { type Protocol, SecurePlatform } from "pulumi-mesh-egress";

const config = new pulumi.Config();
const host = config.require("host");
const namespace = config.require("namespace");
const serviceAccount = config.require("serviceAccount");

const platform = await SecurePlatform.create("platform", {
  // The keys of docs/settings.md.
  settings: {
    cluster: { cloud: "existing" },
    mesh: { kind: "istio" },
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
