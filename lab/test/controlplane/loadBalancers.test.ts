import assert from "node:assert/strict";
import type { V1Service } from "@kubernetes/client-node";
import { FreeAddresses } from "../../controlplane/loadBalancers.js";

const service = (uid: string, type: string, ip?: string): V1Service => ({
  metadata: { uid },
  spec: { type },
  status: { loadBalancer: { ingress: ip ? [{ ip }] : [] } },
});
const balancer = (uid: string, ip?: string) => service(uid, "LoadBalancer", ip);

describe("The lab's load balancers", () => {
  it("give each Service an address of its own, once", () => {
    const free = new FreeAddresses("198.51.100.0/24");
    assert.deepEqual(free.balance(balancer("a")), [{ ip: "198.51.100.1" }]);
    assert.deepEqual(free.balance(balancer("b")), [{ ip: "198.51.100.2" }]);
    assert.equal(free.balance(balancer("a", "198.51.100.1")), undefined);
  });

  it("leave a Service its address when an earlier one becomes free", () => {
    const free = new FreeAddresses("198.51.100.0/24");
    free.balance(balancer("a"));
    free.balance(balancer("b"));
    free.release(balancer("a"));
    assert.equal(free.balance(balancer("b", "198.51.100.2")), undefined);
    assert.deepEqual(free.balance(balancer("c")), [{ ip: "198.51.100.1" }]);
  });

  it("take the address from a Service that becomes one of the cluster's, and leave others alone", () => {
    const free = new FreeAddresses("198.51.100.0/24");
    free.balance(balancer("a"));
    assert.deepEqual(free.balance(service("a", "ClusterIP", "198.51.100.1")), []);
    assert.equal(free.balance(service("d", "ClusterIP")), undefined);
  });
});
