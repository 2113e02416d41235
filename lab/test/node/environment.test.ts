import assert from "node:assert/strict";

import { commandLine, containerEnvironment, expand } from "../../node/environment.js";
import { quantity } from "../../node/podFields.js";

const pod = {
  metadata: { name: "web-1", namespace: "demo", labels: { app: "web" }, annotations: { note: 'say "hi"' } },
  spec: { serviceAccountName: "web", containers: [] },
  status: { podIP: "10.244.1.7", hostIP: "10.244.0.1" },
};
const data = {
  configMap: async (name: string) => (name === "settings" ? { host: "db", port: "3306" } : undefined),
  secret: async (name: string) => (name === "login" ? { password: "p" } : undefined),
};

describe("a container's environment", () => {
  it("takes the pod's own fields, its config maps and its secrets", async () => {
    const container = {
      name: "app",
      resources: { limits: { cpu: "500m" } },
      envFrom: [{ prefix: "DB_", configMapRef: { name: "settings" } }],
      env: [
        { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
        { name: "APP", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
        { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } },
        { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu", divisor: "1m" } } },
        { name: "MAYBE", valueFrom: { secretKeyRef: { name: "none", key: "x", optional: true } } },
        { name: "URL", value: "mysql://$(DB_host):$(DB_port)/$(UNKNOWN)" },
      ],
    };
    assert.deepEqual(await containerEnvironment(pod, container, data, { HOME: "/" }), {
      ...{ HOME: "/", DB_host: "db", DB_port: "3306", IP: "10.244.1.7", APP: "web", PASSWORD: "p", CPU: "500" },
      URL: "mysql://db:3306/$(UNKNOWN)",
    });
  });

  it("says which key is missing when a reference is not optional", async () => {
    const env = [{ name: "P", valueFrom: { secretKeyRef: { name: "login", key: "user" } } }];
    await assert.rejects(
      containerEnvironment(pod, { name: "app", env }, data, {}),
      /key "user" of Secret "login" does not exist/,
    );
  });
});

describe("a container's command line", () => {
  const image = { entrypoint: ["/bin/server"], arguments: ["--help"] };

  it("is the image's when the container names neither command nor arguments", () => {
    assert.deepEqual(commandLine({}, image, {}), ["/bin/server", "--help"]);
  });

  it("keeps the image's program when only arguments are given", () => {
    assert.deepEqual(commandLine({ args: ["--port", "$(PORT)"] }, image, { PORT: "80" }), [
      "/bin/server",
      "--port",
      "80",
    ]);
  });

  it("drops the image's arguments when a command is given", () => {
    assert.deepEqual(commandLine({ command: ["sleep"] }, image, {}), ["sleep"]);
  });

  it("leaves an escaped reference as text", () => {
    assert.equal(expand("$$(A) $(A) $(B) $A", { A: "1" }), "$(A) 1 $(B) $A");
  });
});

describe("a Kubernetes quantity", () => {
  it("is read with its decimal or binary suffix", () => {
    assert.deepEqual(["500m", "2", "1Gi", "128Mi", "1e3"].map(quantity), [0.5, 2, 2 ** 30, 2 ** 27, 1000]);
  });

  it("is refused when it is none", () => {
    assert.throws(() => quantity("lots"), /no Kubernetes quantity/);
  });
});
