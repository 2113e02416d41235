import assert from "node:assert/strict";
import { Readable } from "node:stream";
import pc from "picocolors";
import { type Analysis, parseLine, type Target, UsageCounter, type Workload } from "../../index.js";
import { linesOf } from "../../usage/lines.js";
import { usageCsv, usageTable } from "../../output/usage.js";

/** A line as the components' meshes write it. */
function json(more: object = {}): string {
  return JSON.stringify({
    start_time: "2026-11-27T10:00:00.000Z",
    bytes_received: 100,
    bytes_sent: 2048,
    connection_termination_details: null,
    downstream_peer_uri_san: "spiffe://cluster.local/ns/shop/sa/cart",
    downstream_transport_failure_reason: null,
    requested_server_name: "orders.example.com",
    response_code_details: null,
    response_flags: "-",
    upstream_cluster: "outbound|3306||orders.example.com",
    upstream_host: "192.0.2.7:3306",
    upstream_transport_failure_reason: null,
    ...more,
  });
}

/** A line in Istio's own format, which names no client. */
const text = (flags = "-", details = "-", upstream = '"192.0.2.7:3306" outbound|3306||orders.example.com') =>
  `[2026-11-27T11:00:00.000Z] "- - -" 0 ${flags} - ${details} "-" 100 2048 30 - "-" "-" "-" "-" ${upstream} 10.0.0.2:50000 10.0.0.2:15443 10.0.1.3:40000 orders.example.com -`;

describe("A line of the gateway's access log", () => {
  it("is read as JSON and as text, whatever a collector puts before it or around it", () => {
    for (const line of [
      json(),
      `[pod/egressgateway-1/istio-proxy] ${json()}`,
      JSON.stringify({ jsonPayload: JSON.parse(json()) as object }),
      text(),
      `2026-11-27T11:00:01Z stdout F ${text()}`,
    ]) {
      const connection = parseLine(line);
      assert.deepEqual(connection?.upstream, { host: "orders.example.com", port: 3306 }, line);
      assert.deepEqual([connection?.outcome, connection?.sent], ["used", 2048], line);
    }
    assert.equal(parseLine(json())?.identity, "spiffe://cluster.local/ns/shop/sa/cart");
    assert.equal(parseLine(text())?.isAnonymousFormat, true);
  });

  it("is no connection where the proxy writes about itself", () => {
    for (const line of ["", "{", "{}", "[]", "null", '{"level":"info","msg":"Envoy proxy is ready"}', "[2026] x"])
      assert.equal(parseLine(line), undefined, line);
  });

  for (const [outcome, lines] of [
    [
      "refused",
      [
        json({ connection_termination_details: "rbac_access_denied_matched_policy[none]" }),
        json({ response_code_details: "rbac_access_denied" }),
        json({
          downstream_transport_failure_reason: "TLS_error:|268435581:CERTIFICATE_VERIFY_FAILED",
          upstream_host: null,
        }),
        json({ response_flags: "NR", response_code_details: "filter_chain_not_found", upstream_host: null }),
        text("NR", "-", '"-" -'),
        // As the lab sees a refused handshake in Istio's format, which has no field for the reason.
        text("-", "-", '"-" outbound|3306||orders.example.com').replace(" 100 2048 ", " 0 0 "),
      ],
    ],
    [
      "failed",
      [
        json({ response_flags: "UF,URX", upstream_transport_failure_reason: "delayed connect error: 111" }),
        json({ response_flags: "UH", upstream_host: null }),
        text("UF,URX"),
      ],
    ],
    ["used", [json({ response_flags: "DI" }), text()]],
  ] as const)
    it(`says whether it was ${outcome}`, () => {
      for (const line of lines) assert.equal(parseLine(line)?.outcome, outcome, line);
    });
});

describe("Lines of a stream", () => {
  const read = async (...chunks: string[]) => {
    const lines: string[] = [];
    for await (const line of linesOf(Readable.from(chunks))) lines.push(line);
    return lines;
  };

  it("are whole, wherever the chunks are cut", async () => {
    assert.deepEqual(await read("a\nb", "c\n", "", "d"), ["a", "bc", "d"]);
    assert.deepEqual(await read("a\n"), ["a"]);
  });

  it("never fill the memory: one without an end is left out, and the next is read", async () => {
    const long = "x".repeat(2 ** 20);
    assert.deepEqual(await read(long, long, "\nb\n"), ["", "b"]);
  });
});

const orders = { host: "orders.example.com", port: 3306, database: "orders" };
const stock = { host: "stock.example.com", port: 3306, database: "stock" };
const plain = { host: "plain.example.com", port: 6379, database: "plain" };
const group = { host: "*.mongodb.net", port: 27017, database: "reviews" };
const cart = { namespace: "shop", name: "cart", serviceAccount: "cart" };
const web = { namespace: "shop", name: "web", serviceAccount: "web" };
/** What the gateway lets through; `plain` without a certificate. */
const lets = new Map<object, readonly object[]>([
  [cart, [orders, group, plain]],
  [web, [stock]],
]);

function analysed(workloads = [cart, web], targets = [orders, stock, plain, group]) {
  const at = (from: number, to: number) => {
    const [client, target] = [workloads[from], targets[to]];
    const isAllowed = client && target && (lets.get(client) ?? []).includes(target);
    return { mesh: { verdict: isAllowed ? "gateway" : "blocked", identity: target !== plain } };
  };
  return { workloads: workloads as Workload[], targets: targets as Target[], rows: { at } } as unknown as Analysis;
}

const as = (name: string) => `spiffe://cluster.local/ns/shop/sa/${name}`;
const to = (name: string, port = 3306) => ({
  requested_server_name: `${name}.example.com`,
  upstream_cluster: `outbound|${port}||${name}.example.com`,
});

function usageOf(lines: readonly string[], trustDomain?: string) {
  const counter = new UsageCounter(analysed(), trustDomain);
  for (const line of lines) counter.add(parseLine(line));
  return counter.usage();
}

const pairs = (entries: readonly { client: object; host: string }[]) =>
  entries.map(({ client, host }) => `${Object.values(client).join("/")} ${host}`);

describe("Usage of the gateway", () => {
  it("lists what was allowed and used, by whom, how often and when last", () => {
    const later = { start_time: "2026-11-28T00:00:00.000Z", bytes_sent: 1 };
    const { used, connections, first, last } = usageOf([json(later), json(), "[info] not a connection"]);
    assert.deepEqual(pairs(used), ["shop/cart orders.example.com"]);
    assert.deepEqual([used[0]?.connections, used[0]?.sent, used[0]?.last], [2, 2049, later.start_time]);
    assert.deepEqual([connections, first, last], [2, "2026-11-27T10:00:00.000Z", later.start_time]);
  });

  it("lists what was allowed and never used; a refusal is no use", () => {
    const refusal = json({
      downstream_peer_uri_san: as("web"),
      ...to("stock"),
      response_code_details: "rbac_access_denied",
    });
    const { neverUsed, refused } = usageOf([json(), refusal]);
    assert.deepEqual(pairs(neverUsed), [
      "shop/cart plain.example.com",
      "shop/cart *.mongodb.net",
      "shop/web stock.example.com",
    ]);
    assert.deepEqual(
      refused.map(({ client, connections, reason }) => [client.serviceAccount, connections, reason]),
      [["web", 1, "rbac_access_denied"]],
    );
  });

  for (const [what, line] of [
    ["a client that is not allowed", json({ downstream_peer_uri_san: as("web") })],
    ["an identity of another trust domain", json({ downstream_peer_uri_san: "spiffe://evil/ns/shop/sa/cart" })],
    ["an identity that is no service account", json({ downstream_peer_uri_san: "spiffe://cluster.local/x" })],
    ["no certificate where one is demanded", json({ downstream_peer_uri_san: null })],
    ["a host that is no database", json({ ...to("other") })],
    [
      "another database than the one that was asked for",
      json({ ...to("orders"), upstream_cluster: "outbound|3306||stock.example.com" }),
    ],
  ] as const)
    it(`shows ${what}, which should not be possible`, () => {
      const { impossible, used } = usageOf([line], "cluster.local");
      assert.deepEqual([impossible.length, used.length], [1, 0]);
    });

  it("takes no certificate for what it is where the mode demands none", () => {
    const { used, maybeUsed, impossible } = usageOf([json({ ...to("plain", 6379), downstream_peer_uri_san: null })]);
    assert.deepEqual([pairs(used), impossible.length], [[" plain.example.com"], 0]);
    assert.deepEqual(pairs(maybeUsed), ["shop/cart plain.example.com"]);
  });

  it("never calls unused what a log without identities may have used", () => {
    const { neverUsed, maybeUsed, impossible } = usageOf([text()]);
    assert.deepEqual(pairs(maybeUsed), ["shop/cart orders.example.com"]);
    assert.ok(!pairs(neverUsed).includes("shop/cart orders.example.com"));
    assert.equal(impossible.length, 0);
  });

  it("knows the forwarder of a wildcard, a tenant's too", () => {
    for (const name of ["reviews", "shop--reviews"]) {
      const forwarder = `${name}.sni-forward.internal`;
      const line = json({ requested_server_name: forwarder, upstream_cluster: `outbound|31000||${forwarder}` });
      assert.deepEqual(pairs(usageOf([line]).used), ["shop/cart *.mongodb.net"], name);
    }
  });

  it("counts a whole namespace that is allowed as used by any of its accounts", () => {
    const anyone = { namespace: "shop", name: "*", serviceAccount: "*" };
    lets.set(anyone, [orders]);
    const counter = new UsageCounter(analysed([anyone], [orders]));
    counter.add(parseLine(json()));
    const { used, neverUsed, impossible } = counter.usage();
    assert.deepEqual([used.length, neverUsed.length, impossible.length], [1, 0, 0]);
  });

  it("keeps to its memory however many names are tried", () => {
    const counter = new UsageCounter(analysed());
    for (let n = 0; n < 60_000; n++)
      counter.add(
        parseLine(
          json({
            requested_server_name: `x${n}.example.com`,
            upstream_cluster: null,
            upstream_host: null,
            response_flags: "NR",
          }),
        ),
      );
    const { refused, connections } = counter.usage();
    assert.ok(refused.length <= 50_001);
    assert.deepEqual([connections, refused.reduce((sum, one) => sum + one.connections, 0)], [60_000, 60_000]);
    assert.equal(refused[0]?.host, "(further names)");
  });

  it("is a table with the line to take away, and CSV with a line for each pair", () => {
    const usage = usageOf([json(), json({ downstream_peer_uri_san: as("web") })]);
    const place = () => ({ file: "Pulumi.shop.yaml", line: 12 });
    const table = usageTable(usage, pc.createColors(false), place);
    assert.match(table, /2 connections from 2026/);
    assert.match(
      table,
      /shop\/web -> stock\.example\.com:3306 \(stock\) {2}\(web\) {2}to take it away, remove web from Pulumi\.shop\.yaml:12/,
    );
    assert.ok(table.indexOf("not possible") < table.indexOf("Allowed and used"));
    const lines = [...usageCsv(usage, place)].join("").trim().split("\r\n");
    assert.equal(lines.length, 1 + 1 + 1 + 3);
    assert.match(lines[0] ?? "", /^kind,namespace,serviceAccount/);
    assert.ok(lines.every((line) => line.split(",").length === lines[0]?.split(",").length));
  });
});
