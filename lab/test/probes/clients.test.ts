import assert from "node:assert/strict";
import { answerOf, clients, type Target } from "../../probes/clients.js";
import { locateServers } from "../../servers/servers.js";

const settings = { password: "secret", caFile: "/ca.crt", timeoutMs: 2_500, servers: locateServers("/cache") };

describe("the Postgres client of the probes", () => {
  const variables = (target: Partial<Target>) =>
    clients.postgres({ host: "db.example.com", port: 5432, ...target }, settings).environment ?? {};

  it("opens TLS with its first byte where TLS is wanted", () => {
    const { PGSSLMODE, PGSSLNEGOTIATION } = variables({ tls: true });
    assert.deepEqual([PGSSLMODE, PGSSLNEGOTIATION], ["verify-full", "direct"]);
  });

  it("can ask for TLS inside its own protocol instead", () => {
    const { PGSSLMODE, PGSSLNEGOTIATION } = variables({ inBandTls: true });
    assert.deepEqual([PGSSLMODE, PGSSLNEGOTIATION], ["verify-full", undefined]);
  });

  it("keeps the name in SNI when it dials an address", () => {
    const target = { host: "db.example.com", port: 5432, tls: true, address: "203.0.113.20" };
    const { command, environment } = clients.postgres(target, settings);
    assert.ok(command.includes("db.example.com"));
    assert.equal(environment?.["PGHOSTADDR"], "203.0.113.20");
  });
});

describe("the Kafka client of the probes", () => {
  const command = (target: Partial<Target>) =>
    clients
      .kafka({ host: "kafka.example.com", port: 9092, ...target }, settings)
      .command.slice(1)
      .join(" ");

  it("begins with the host, and speaks plain unless told", () => {
    assert.equal(command({}), "exchange -bootstrap kafka.example.com:9092 -timeout 2500ms");
  });

  it("checks the brokers' certificates where it speaks TLS", () => {
    assert.match(command({ tls: true, address: "203.0.113.60" }), /-address 203\.0\.113\.60 -tls-ca \/ca\.crt$/);
  });

  it("has an answer only when every broker gave its record back", () => {
    assert.doesNotMatch("handed out: b1.example.com:9092, b2.example.com:9092\n", answerOf.kafka);
    assert.match("handed out: b1:9092\nsent and read: b1:9092\n", answerOf.kafka);
  });
});
