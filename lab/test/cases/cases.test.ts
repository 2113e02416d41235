import assert from "node:assert/strict";
import { mutated, object, predicted } from "./mutatedScene.js";

// Configurations of the lab's mutations that the analysis once predicted otherwise than the proxies decided.
describe("configurations once predicted wrongly", () => {
  it("takes an entry whose list of allocated addresses is empty for the catch-all it is", () => {
    const objects = mutated((draft) => {
      draft.edit("had an address of its own before", object(draft, "ServiceEntry", "orders"), (_, entry) => {
        entry.status = { addresses: [] };
      });
      draft.add("imports one database", {
        apiVersion: "networking.istio.io/v1",
        kind: "Sidecar",
        metadata: { name: "scope", namespace: "shop" },
        spec: { egress: [{ hosts: ["istio-egress/rm-example.mysql.rds.aliyuncs.com"] }] },
      });
    });
    assert.equal(predicted(objects, "shop/buyer", "orders"), "gateway");
    assert.equal(predicted(objects, "shop/buyer", "stock"), "misrouted");
  });

  it("reads a Sidecar's own listener by the protocol it declares, not by the services'", () => {
    const byPort = (namespace: string) =>
      mutated((draft) => {
        draft.edit("no address", object(draft, "ServiceEntry", "site"), (_, entry) => {
          entry.status = { addresses: [] };
        });
        draft.add("TCP on a port of TLS services", {
          apiVersion: "networking.istio.io/v1",
          kind: "Sidecar",
          metadata: { name: "by-port", namespace },
          spec: {
            egress: [
              { port: { number: 443, name: "tcp", protocol: "TCP" }, hosts: ["istio-egress/*"] },
              { hosts: ["istio-system/*"] },
            ],
          },
        });
      });
    assert.equal(predicted(byPort("shop"), "shop/buyer", "vault"), "direct");
    assert.equal(predicted(byPort("depot"), "depot/keeper", "vault"), "misrouted");
  });

  it("follows an entry's target port to where it ends", () => {
    const objects = mutated((draft) => {
      draft.edit("another port", object(draft, "ServiceEntry", "stock"), (spec) => (spec.ports[0].targetPort = 3307));
    });
    assert.equal(predicted(objects, "shop/buyer", "stock"), "misrouted");
    assert.equal(predicted(objects, "shop/buyer", "orders"), "gateway");
  });

  it("knows of what a Sidecar's own listener brings along only services of that port", () => {
    const objects = mutated((draft) => {
      draft.add("a listener for MySQL's port", {
        apiVersion: "networking.istio.io/v1",
        kind: "Sidecar",
        metadata: { name: "by-port", namespace: "shop" },
        spec: {
          egress: [
            { port: { number: 3306, name: "tcp", protocol: "TCP" }, hosts: ["istio-egress/*"] },
            { hosts: ["istio-system/*"] },
          ],
        },
      });
    });
    assert.equal(predicted(objects, "shop/buyer", "orders"), "blocked", "the gateway's Service is not imported");
    assert.equal(predicted(objects, "depot/keeper", "stock"), "gateway");
  });
});
