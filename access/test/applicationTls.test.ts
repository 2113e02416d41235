import assert from "node:assert/strict";
import { analyse, checkAssertions, type DatabaseOption, type HopEncryption, type Row, type Target } from "../index.js";
import { recipe } from "./istio/meshScene.js";

const host = "my-mongo.tcp.svc";

/** The hops of a client through the gateway of a recipe, and of one that goes directly. */
function hopsOf(option: Partial<DatabaseOption>, ...modes: string[]): readonly HopEncryption[] | undefined {
  const objects = recipe("bookinfo", ...modes.map((mode) => `bookinfo-${mode}`));
  const { rows } = analyse(objects, { databases: [{ host, port: 27017, ...option }] });
  return [...rows].find(({ from }) => from.workload === "ratings-v2")?.mesh.encryption;
}

describe("The application's own TLS inside TCP", () => {
  it("is neither plaintext nor known where proxies add nothing", () => {
    assert.deepEqual(hopsOf({}, "tcp-direct"), ["own-tls-unknown"]);
    assert.deepEqual(hopsOf({}, "tcp-direct", "tcp-gateway"), ["own-tls-unknown", "own-tls-unknown"]);
    assert.deepEqual(hopsOf({}, "tcp-direct", "tcp-gateway-mtls"), ["mutual-tls", "own-tls-unknown"]);
  });

  it("counts on every hop where the database demands it", () => {
    const demanded = { applicationTls: "always" } as const;
    assert.deepEqual(hopsOf(demanded, "tcp-direct"), ["tls-passthrough"]);
    assert.deepEqual(hopsOf(demanded, "tcp-direct", "tcp-gateway-mtls"), [
      "mutual-tls+tls-passthrough",
      "tls-passthrough",
    ]);
  });

  it("is not there where the gateway opens TLS in the application's place", () => {
    assert.deepEqual(hopsOf({ applicationTls: "never" }, "tcp-direct", "tcp-gateway-mtls"), [
      "mutual-tls",
      "plaintext",
    ]);
  });

  it("is not expected of Services in the cluster", () => {
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "bookinfo" } };
    const spec = { selector: { app: "none" }, ports: [{ name: "tcp", port: 3306 }] };
    const { rows } = analyse([...recipe("bookinfo"), { ...service, spec }], { services: true });
    const hops = new Set([...rows].flatMap(({ mesh }) => mesh.encryption));
    assert.ok(!hops.has("own-tls-unknown"));
  });
});

describe("An assertion about encryption", () => {
  const target = { host: "db", port: 1 } as Target;
  const passes = (encrypted: boolean | "unknown", ...encryption: HopEncryption[]) => {
    const row = {
      from: { namespace: "a", workload: "b", serviceAccount: "c" },
      to: target,
      mesh: { verdict: "gateway", encryption, identity: true, exposes: null, because: [] },
      bypass: { verdict: "blocked", because: [] },
    } as Row;
    return checkAssertions([{ from: "*", to: "*", encrypted }], [row], [target])[0]?.ok;
  };

  for (const [hops, known] of [
    [["mutual-tls", "tls"], true],
    [["mutual-tls+tls-passthrough", "tls-passthrough"], true],
    [["mutual-tls", "own-tls-unknown"], "unknown"],
    [["mutual-tls", "plaintext"], false],
    [["own-tls-unknown", "plaintext"], false],
  ] as const)
    it(`means what it says of ${hops.join(" > ")}: ${known}`, () => {
      for (const expected of [true, false, "unknown"] as const)
        assert.equal(passes(expected, ...hops), expected === known, String(expected));
    });
});
