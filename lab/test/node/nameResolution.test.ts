import assert from "node:assert/strict";

import { hostsFile, resolvConf } from "../../node/nameResolution.js";

const dns = { service: "10.96.0.10", domain: "cluster.local" };
const pod = (spec: object) => ({ metadata: { name: "web-1", namespace: "demo" }, spec: { containers: [], ...spec } });

describe("a pod's resolver", () => {
  it("asks the cluster's DNS Service and searches the pod's own namespace first", () => {
    assert.equal(
      resolvConf(pod({}), dns),
      "nameserver 10.96.0.10\nsearch demo.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n",
    );
  });

  it("is the node's own for the policy Default and for pods on the host's network", () => {
    assert.equal(resolvConf(pod({ dnsPolicy: "Default" }), dns), undefined);
    assert.equal(resolvConf(pod({ hostNetwork: true }), dns), undefined);
    assert.match(
      resolvConf(pod({ hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }), dns) ?? "",
      /10\.96\.0\.10/,
    );
  });

  it("is what the pod says for the policy None", () => {
    const dnsConfig = { nameservers: ["192.0.2.1"], searches: ["corp"], options: [{ name: "ndots", value: "1" }] };
    assert.equal(
      resolvConf(pod({ dnsPolicy: "None", dnsConfig }), dns),
      "nameserver 192.0.2.1\nsearch corp\noptions ndots:1\n",
    );
  });
});

describe("a pod's host file", () => {
  it("knows the pod and its aliases", () => {
    const file = hostsFile(pod({ hostAliases: [{ ip: "192.0.2.9", hostnames: ["db", "db.local"] }] }), "10.244.1.7");
    assert.match(file, /^10\.244\.1\.7\tweb-1$/m);
    assert.match(file, /^192\.0\.2\.9\tdb\tdb\.local$/m);
  });
});
