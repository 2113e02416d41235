import assert from "node:assert/strict";
import { analyse } from "mesh-access";
import { blueprintOf, judgedManifests } from "../../components/blueprint.js";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import { settingsWarnings } from "../../components/judgement/warnings.js";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import { withMembers } from "../../settings/srv.js";
import { type TrafficModeFacts, trafficModeNames, trafficModes } from "../../settings/trafficModes.js";
import { smallStack } from "./stackFiles.js";
import { team } from "./teams.js";

const byAddress = {
  name: "orders",
  addresses: ["10.20.0.3"],
  protocol: "mongo",
  clients: [{ namespace: "shop", serviceAccounts: ["orders"] }],
};
const bySrv = { ...byAddress, addresses: undefined, srv: "cluster0.ab12c.mongodb.net" };

const settingsOf = (...databases: object[]) => loadSettings({ ...smallStack, databases });

/** What is refused: path and what it says. */
async function refused(make: () => unknown): Promise<string[]> {
  try {
    await make();
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ path, reason }) => `${path} ${reason}`);
  }
}

describe("A database that is dialled by address", () => {
  for (const trafficMode of trafficModeNames) {
    const facts: TrafficModeFacts = trafficModes[trafficMode];
    const database = {
      ...byAddress,
      trafficMode,
      ...(facts.needsOwnPort ? { gatewayPort: 15500 } : {}),
      ...(facts.identity ? {} : { clients: [{ namespace: "shop" }] }),
      ...(facts.encryptsUpstream === "gateway" ? { tls: { subjectAltNames: ["orders.example.com"] } } : {}),
    };
    if (facts.wire === "tls" || facts.wildcard)
      it(`is refused in ${trafficMode}, which routes by a name that its clients do not send`, async () => {
        const [problem] = await refused(() => settingsOf(database));
        assert.match(problem ?? "", /^databases\[0\]\.addresses stand without a host/);
      });
    else
      it(`is reached in ${trafficMode}, under a name of the mesh's own`, () => {
        const settings = settingsOf(database);
        const { rows } = analyse(judgedManifests(blueprintOf(settings)), optionsOfStack(settings));
        const reached = [...rows].filter(({ mesh }) => mesh.verdict !== "blocked");
        assert.deepEqual(
          reached.map(({ from, to, mesh }) => [from.namespace, to.host, mesh.verdict]),
          [["shop", "orders.db.internal", facts.throughGateway ? "gateway" : "direct"]],
        );
      });
  }

  it("is registered with that address, to which alone the gateway may connect", () => {
    const { manifests } = blueprintOf(settingsOf(byAddress));
    const spec = (kind: string, name: string) =>
      manifests.find((object) => object.kind === kind && object.metadata.name === name)?.spec as Record<
        string,
        unknown
      >;
    const entry = spec("ServiceEntry", "orders");
    assert.deepEqual([entry["addresses"], entry["resolution"]], [["10.20.0.3"], "STATIC"]);
    const { egress } = spec("NetworkPolicy", "egressgateway-to-orders") as { egress: { to: object[] }[] };
    assert.deepEqual(egress[0]?.to, [{ ipBlock: { cidr: "10.20.0.3/32" } }]);
  });

  it("has another name on a gateway of several teams", () => {
    const stack = team("shop");
    const { manifests } = blueprintOf(loadSettings({ ...stack, databases: [byAddress] }));
    const hosts = manifests.flatMap(({ kind, spec }) =>
      kind === "ServiceEntry" ? (spec as { hosts: string[] }).hosts : [],
    );
    assert.deepEqual(hosts, ["shop--orders.db.internal"]);
  });

  it("needs the name in its certificate where the gateway opens TLS", async () => {
    assert.equal((await refused(() => settingsOf({ ...byAddress, trafficMode: "tls-origination" }))).length, 1);
  });

  it("is refused beside another of the same address, port and namespace, with host or without", async () => {
    const duplicate = { ...byAddress, name: "stock" };
    for (const other of [duplicate, { ...duplicate, host: "stock.example.com" }])
      assert.match(
        (await refused(() => settingsOf(byAddress, other)))[0] ?? "",
        /^databases\[1\]\.addresses\[0\] is the/,
      );
    assert.deepEqual(await refused(() => settingsOf(byAddress, { ...duplicate, port: 27018 })), []);
    const elsewhere = { ...duplicate, clients: [{ namespace: "billing" }] };
    assert.deepEqual(await refused(() => settingsOf(byAddress, elsewhere)), []);
  });

  it("still needs an address, or something else that leads to it", async () => {
    const [problem] = await refused(() => settingsOf({ ...byAddress, addresses: undefined }));
    assert.equal(problem, "databases[0].host is missing");
  });
});

describe("A database that is named by an SRV record", () => {
  const answers = ["b", "a"].map((name) => ({ name: `${name}.ab12c.mongodb.net`, port: 27016 }));
  const resolved = (members = answers) =>
    withMembers(settingsOf(bySrv), (record) =>
      record === "_mongodb._tcp.cluster0.ab12c.mongodb.net"
        ? Promise.resolve(members)
        : Promise.reject(new Error(record)),
    );

  it("is its members, in TLS, whatever the order in which DNS names them", async () => {
    const [database] = (await resolved()).databases;
    assert.deepEqual(
      [database?.host, database?.brokers, database?.port, database?.trafficMode],
      ["a.ab12c.mongodb.net", ["b.ab12c.mongodb.net"], 27016, "tls-gateway-mtls"],
    );
  });

  it("changes no object of a member when another one comes", async () => {
    const objects = async (...more: typeof answers) =>
      blueprintOf(await resolved([...answers, ...more])).manifests.map((manifest) => JSON.stringify(manifest));
    const before = await objects();
    const after = await objects({ name: "0.ab12c.mongodb.net", port: 27016 });
    assert.deepEqual(
      before.filter((object) => !after.includes(object)),
      [],
    );
  });

  it("is refused with the name of the record where DNS has none, or members that one database cannot hold", async () => {
    const failing = () =>
      withMembers(settingsOf(bySrv), () => Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" })));
    assert.match(
      (await refused(failing))[0] ?? "",
      /^databases\[0\]\.srv .*ENOTFOUND for SRV _mongodb\._tcp\.cluster0/,
    );
    assert.match((await refused(() => resolved([])))[0] ?? "", /without members/);
    const odd = [...answers, { name: "c.ab12c.mongodb.net", port: 1 }];
    assert.match((await refused(() => resolved(odd)))[0] ?? "", /different ports/);
  });

  it("is refused where a member is another database's host already", async () => {
    const other = { ...byAddress, name: "other", addresses: undefined, host: "a.ab12c.mongodb.net" };
    const both = settingsOf(other, bySrv);
    assert.match(
      (await refused(() => withMembers(both, () => Promise.resolve(answers))))[0] ?? "",
      /registered already/,
    );
  });

  for (const [what, more] of [
    ["a protocol without members", { protocol: "redis", trafficMode: "tls-gateway-mtls" }],
    ["a mode that demands no TLS", { trafficMode: "tcp-gateway-mtls" }],
    ["hosts of its own", { host: "a.ab12c.mongodb.net" }],
    ["a port of its own on the gateway", { gatewayPort: 15500 }],
  ] as const)
    it(`is refused with ${what}`, async () => {
      const problems = await refused(() => settingsOf({ ...bySrv, ...more }));
      assert.match(problems.join("\n"), /^databases\[0\]\.srv /m);
    });
});

describe("The name of an Atlas cluster", () => {
  const warned = (host: string) => settingsWarnings(settingsOf({ ...byAddress, addresses: undefined, host }));

  it("is warned about in the place of a host, for it has no address", () => {
    assert.deepEqual(
      warned("cluster0.ab12c.mongodb.net").map(({ id, args }) => [id, args["host"]]),
      [["cluster-name-without-address", "cluster0.ab12c.mongodb.net"]],
    );
  });

  it("is told from a member's, and from any other host", () => {
    for (const host of ["cluster0-shard-00-00.ab12c.mongodb.net", "mongo.example.com"])
      assert.deepEqual(warned(host), []);
  });
});

describe("TLS of the application's own", () => {
  const named = { ...byAddress, addresses: undefined, host: "orders.example.com" };
  const hopsOf = (database: object) => {
    const settings = settingsOf(database);
    const { rows } = analyse(judgedManifests(blueprintOf(settings)), optionsOfStack(settings));
    return [...rows].find(({ from }) => from.serviceAccount === "orders")?.mesh.encryption.join(" > ");
  };

  for (const protocol of ["mongo", "redis", "kafka", "tls", "mysql", "postgres"] as const)
    it(`can be required wherever a gateway is on the way, and elsewhere the message says what can be done: ${protocol}`, async () => {
      const required = { ...named, protocol, applicationTls: "required" };
      assert.deepEqual(await refused(() => settingsOf({ ...required, trafficMode: "tcp-gateway-mtls" })), []);
      const [direct] = await refused(() =>
        settingsOf({ ...required, trafficMode: "tcp-direct", clients: [{ namespace: "shop" }] }),
      );
      assert.match(direct ?? "", /^databases\[0\]\.applicationTls cannot be checked in tcp-direct: no gateway/);
    });

  it("is checked by a filter in the database's own chain, which the analysis knows and reports as encryption", () => {
    const settings = settingsOf({ ...named, protocol: "postgres", applicationTls: "required" });
    const manifests = judgedManifests(blueprintOf(settings));
    const filters = manifests.filter(({ metadata }) => metadata.name.endsWith("-application-tls"));
    assert.equal(filters.length, 1);
    const { databases: _, ...withoutDatabases } = optionsOfStack(settings);
    const rowOf = (objects: typeof manifests) =>
      [...analyse(objects, withoutDatabases).rows].find(({ from }) => from.serviceAccount === "orders")?.mesh;
    assert.deepEqual(rowOf(manifests)?.encryption, ["mutual-tls+tls-passthrough", "tls-passthrough"]);
    const without = rowOf(manifests.filter((object) => !filters.includes(object)));
    assert.deepEqual(without?.encryption, ["mutual-tls", "own-tls-unknown"]);
    // The same filter with other code could do anything.
    const altered = JSON.parse(
      JSON.stringify(manifests).replace('"inline_bytes":"AGFz', '"inline_bytes":"BGFz'),
    ) as typeof manifests;
    assert.equal(rowOf(altered)?.verdict, "unknown");
  });

  it("leaves the chains of databases that do not require it alone", () => {
    const required = settingsOf(
      { ...named, applicationTls: "required" },
      { ...named, name: "other", host: "b.example.com" },
    );
    const names = blueprintOf(required).manifests.map(({ metadata }) => metadata.name);
    assert.deepEqual(
      names.filter((name) => name.endsWith("-application-tls")),
      ["egressgateway-orders-application-tls"],
    );
  });

  it("can be required of Postgres that opens TLS directly", async () => {
    const direct = {
      ...named,
      protocol: "postgres",
      trafficMode: "tls-gateway-mtls",
      tls: { directNegotiation: true },
    };
    assert.deepEqual(await refused(() => settingsOf({ ...direct, applicationTls: "required" })), []);
  });

  it("contradicts a gateway that opens TLS in its place", async () => {
    for (const applicationTls of ["required", "byDatabase"])
      assert.equal(
        (await refused(() => settingsOf({ ...named, trafficMode: "tls-origination", applicationTls }))).length,
        1,
      );
  });

  it("is unknown in TCP, unless the database demands it, the protocol is TLS, or the gateway opens it", () => {
    const mysql = { ...named, protocol: "mysql" };
    assert.equal(hopsOf(mysql), "mutual-tls > own-tls-unknown");
    assert.equal(hopsOf({ ...mysql, applicationTls: "byDatabase" }), "mutual-tls+tls-passthrough > tls-passthrough");
    const connector = { ...byAddress, port: 3307, protocol: "tls" };
    assert.equal(hopsOf(connector), "mutual-tls+tls-passthrough > tls-passthrough");
    assert.equal(hopsOf({ ...named, trafficMode: "tls-origination" }), "mutual-tls > tls");
  });
});
