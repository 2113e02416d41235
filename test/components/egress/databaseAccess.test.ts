import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { DatabaseEgress } from "../../../components/egress/databaseEgress.js";
import { EgressGateway } from "../../../components/gateway/egressGateway.js";
import { MeshNamespace } from "../../../components/namespace/meshNamespace.js";
import { record } from "../../../plan/recording.js";
import { SettingsError } from "../../../settings/problem.js";
import { mesh, network } from "./paths.js";

const ledger = { host: "ledger.db.example.com", protocol: "postgres" } as const;

/** What a program registers with a gateway and a namespace, on a provider of its own. */
async function registered(
  program: (egress: EgressGateway, payments: MeshNamespace, provider: k8s.Provider) => unknown,
) {
  const options = { project: "mesh-egress", stack: "test", config: {}, secretKeys: [] };
  const { resources } = await record(options, () => {
    const provider = new k8s.Provider("theirs", { kubeconfig: "{}" });
    const payments = new MeshNamespace("payments", { namespace: "payments", mesh }, { provider });
    return program(new EgressGateway("egress", { mesh }, { provider }), payments, provider);
  });
  return resources;
}

describe("gateway.database(...).allowFrom(...)", () => {
  it("registers what DatabaseEgress registers with the same values, by the gateway's provider and after it", async () => {
    const clients = [{ namespace: "payments", serviceAccounts: ["booking"] }];
    const inWords = await registered((egress, payments) =>
      egress.database("ledger", ledger, { network }).allowFrom({ namespace: payments, serviceAccounts: ["booking"] }),
    );
    const asArguments = await registered(
      (egress, payments, provider) =>
        new DatabaseEgress(
          "ledger",
          { database: { ...ledger, name: "ledger", clients }, gateway: egress.gateway, mesh, network },
          { provider, dependsOn: [...egress.ready, ...payments.ready] },
        ),
    );
    assert.ok(inWords.length > 10);
    assert.deepEqual(inWords, asArguments);
  });

  it("registers nothing before it is said who may reach the database", async () => {
    const nothing = await registered(() => undefined);
    assert.deepEqual(await registered((egress) => egress.database("ledger", ledger)), nothing);
  });

  it("takes several clients, and namespaces by name", async () => {
    const resources = await registered((egress) =>
      egress
        .database("ledger", ledger)
        .allowFrom({ namespace: "payments", serviceAccounts: ["booking"] }, { namespace: "audit" }),
    );
    const text = JSON.stringify(resources);
    assert.ok(text.includes(`"exportTo":["audit","istio-egress","payments"]`));
    assert.ok(text.includes("cluster.local/ns/payments/sa/booking"));
  });

  it("reports every problem of the database at once, as DatabaseEgress does", async () => {
    await registered((egress) => {
      assert.throws(
        () =>
          egress.database("ledger", { ...ledger, host: "10.0.0.1:5432", port: 99999 }).allowFrom({ namespace: "a" }),
        (error: unknown) => error instanceof SettingsError && error.problems.length >= 2,
      );
    });
  });
});
