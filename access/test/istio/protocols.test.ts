import assert from "node:assert/strict";
import { analysed, checkGrid, closed, entry } from "./grid.js";

const aged = (text: string, time: string): string =>
  text.replace("metadata: {", `metadata: {creationTimestamp: "${time}", `);
const service = (name: string, port: string): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: back}, spec: {clusterIP: 10.0.0.9, selector: {app: job}, ports: [${port}]}}\n---\n`;
const older = "2025-02-01T00:00:00Z";
const younger = "2026-02-01T00:00:00Z";

describe("protocols that share a port", () => {
  const db = entry("front", "db.example.net", "{number: 27017, name: db, protocol: MONGO}");
  const http = service("board", "{name: http-board, port: 27017}");
  const pair = "front/web db.example.net:27017";
  const mysql = entry("front", "my.example.net", "{number: 3306, name: tcp-my, protocol: TCP}");
  const my = "front/web my.example.net:3306";
  checkGrid([
    {
      title: "an older MONGO entry and a younger Service of HTTP",
      yaml: aged(db, older) + aged(http, younger),
      options: closed,
      reach: { [pair]: "direct" },
    },
    {
      title: "an older Service of HTTP and a younger MONGO entry",
      yaml: aged(db, younger) + aged(http, older),
      options: closed,
      reach: { [pair]: "blocked" },
    },
    {
      title: "an older MYSQL entry and a younger Service of HTTP",
      yaml:
        aged(mysql.replace("protocol: TCP", "protocol: MYSQL"), older) +
        aged(service("page", "{name: http, port: 3306}"), younger),
      options: closed,
      reach: { [my]: "direct" },
    },
    {
      title: "a TCP entry of MySQL and a Service of HTTP elsewhere, which makes the proxy wait",
      yaml: aged(mysql, older) + aged(service("page", "{name: http, port: 3306}"), younger),
      options: closed,
      reach: { [my]: "blocked" },
      because: { [my]: ["Service back/page port-waits"] },
    },
    {
      title: "a TCP entry of MySQL and a Service without a protocol elsewhere",
      yaml: mysql + service("page", "{name: x, port: 33060}"),
      options: closed,
      reach: { [my]: "direct" },
    },
  ]);
});

describe("databases behind a declared protocol that is not theirs", () => {
  const declared = (host: string, port: string) => entry("front", host, port);
  checkGrid([
    {
      title: "MySQL as HTTPS, by its number",
      yaml: declared("a.example.net", "{number: 3306, name: web, protocol: HTTPS}"),
      options: closed,
      reach: { "front/web a.example.net:3306": "blocked" },
      because: { "front/web a.example.net:3306": ["ServiceEntry front/a port-waits"] },
    },
    {
      title: "MariaDB as TLS, by the port's name",
      yaml: declared("a.example.net", "{number: 3307, name: tls-mariadb, protocol: TLS}"),
      options: closed,
      reach: { "front/web a.example.net:3307": "blocked" },
    },
    {
      title: "MySQL as HTTP, by the port's name",
      yaml: declared("a.example.net", "{number: 3307, name: mysql, protocol: HTTP}"),
      options: closed,
      reach: { "front/web a.example.net:3307": "blocked" },
    },
    {
      title: "Postgres as TLS, whose client shows no SNI unless it opens TLS itself",
      yaml: declared("a.example.net", "{number: 5432, name: tls-postgres, protocol: TLS}"),
      options: closed,
      reach: { "front/web a.example.net:5432": "direct" },
      findings: ["postgres-without-sni"],
    },
    {
      title: "Postgres as HTTP, which its client does not speak",
      yaml: declared("a.example.net", "{number: 5432, name: pg, protocol: HTTP}"),
      options: closed,
      reach: { "front/web a.example.net:5432": "blocked" },
      because: { "front/web a.example.net:5432": ["ServiceEntry front/a not-http"] },
    },
    {
      title: "a setting that says Redis of a port of HTTP",
      yaml: declared("a.example.net", "{number: 6379, name: http, protocol: HTTP}"),
      options: { ...closed, databases: [{ host: "a.example.net", port: 6379, protocol: "redis" }] },
      reach: { "front/web a.example.net:6379": "blocked" },
    },
    {
      title: "HTTP on the number of a database's port, by the port's name",
      yaml: declared("a.example.net", "{number: 5432, name: http-web, protocol: HTTP}"),
      options: closed,
      reach: { "front/web a.example.net:5432": "direct" },
    },
    {
      title: "Postgres as TCP",
      yaml: declared("a.example.net", "{number: 5432, name: tcp-pg, protocol: TCP}"),
      options: closed,
      findings: ["port-swallowed"],
    },
    {
      title: "a setting that says Postgres of a port of TLS",
      yaml: declared("a.example.net", "{number: 6432, name: tls, protocol: TLS}"),
      options: { ...closed, databases: [{ host: "a.example.net", port: 6432, protocol: "postgres" }] },
      reach: { "front/web a.example.net:6432": "blocked" },
    },
  ]);
});

describe("entries that take a port of every address", () => {
  const tcp = "{number: 7000, name: tcp, protocol: TCP}";
  const none = 'exportTo: ["."], resolution: NONE';
  const web = (host: string) => `front/web ${host}:7000`;
  checkGrid([
    {
      title: "resolution NONE, which opens the port to all",
      yaml: entry("front", "a.example.net", tcp, none) + entry("front", "b.example.net", tcp, none),
      options: closed,
      reach: {
        [web("a.example.net")]: "direct",
        [web("b.example.net")]: "direct",
        "back/job a.example.net:7000": "blocked",
      },
      findings: ["port-opened"],
    },
    {
      title: "a block of all addresses, in which any address lies",
      yaml:
        entry("front", "a.example.net", tcp, `addresses: [0.0.0.0/0], ${none}`) +
        entry("back", "b.example.net", tcp, 'exportTo: ["."], resolution: DNS'),
      options: closed,
      reach: { [web("a.example.net")]: "direct", [web("b.example.net")]: "direct" },
      findings: ["port-opened", "port-swallowed"],
    },
    {
      title: "two blocks that hold all addresses between them",
      yaml:
        entry("front", "a.example.net", tcp, `addresses: [0.0.0.0/1, 128.0.0.0/1], ${none}`) +
        entry("back", "b.example.net", tcp, 'exportTo: ["."], resolution: DNS'),
      options: closed,
      reach: { [web("a.example.net")]: "direct", [web("b.example.net")]: "direct" },
    },
    {
      title: "a route for some addresses, where the one that is dialled is not known",
      yaml: `${entry("front", "a.example.net", tcp)}{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, namespace: front}, spec: {hosts: [a.example.net], tcp: [{match: [{destinationSubnets: [10.0.0.0/8]}], route: [{destination: {host: gone.example.net}}]}]}}`,
      options: closed,
      reach: { [web("a.example.net")]: "unknown" },
    },
    {
      title: "a smaller block, in which an address that is not known may lie or not",
      yaml:
        entry("front", "a.example.net", tcp, `addresses: [10.0.0.0/8], ${none}`) +
        entry("back", "b.example.net", tcp, 'exportTo: ["."], resolution: DNS'),
      options: closed,
      reach: { [web("b.example.net")]: "unknown" },
    },
    {
      title: "resolution DNS, which sends all to one host",
      yaml: entry("front", "a.example.net", tcp),
      options: closed,
      findings: ["port-swallowed"],
    },
  ]);
});

describe("a host that several namespaces declare", () => {
  const at = (number: number) => `{number: ${number}, name: tcp, protocol: TCP}`;
  const both =
    entry("front", "x.example.net", at(7001), 'exportTo: ["."], resolution: DNS') +
    entry("back", "x.example.net", at(7000), "resolution: DNS");
  checkGrid([
    {
      title: "a port that only the other namespace's entry declares",
      yaml: both,
      options: closed,
      reach: {
        "front/web x.example.net:7000": "blocked",
        "front/web x.example.net:7001": "direct",
        "back/job x.example.net:7001": "blocked",
      },
      because: {
        "front/web x.example.net:7000": ["ServiceEntry front/x port-not-declared", "ServiceEntry back/x host-taken"],
        "back/job x.example.net:7001": ["ServiceEntry back/x port-not-declared", "ServiceEntry front/x not-exported"],
      },
    },
  ]);
});

describe("a host that no entry of its own declares", () => {
  const wildcard = (more: string) =>
    entry("back", "*.example.net", "{number: 7000, name: tcp, protocol: TCP}", more).replace("name: *,", "name: any,");
  const asked = { ...closed, databases: [{ host: "x.example.net", port: 7001 }] };
  checkGrid([
    {
      title: "a wildcard with another port",
      yaml: wildcard("resolution: NONE, addresses: [10.0.0.1]"),
      options: asked,
      reach: { "front/web x.example.net:7001": "blocked" },
      because: { "front/web x.example.net:7001": ["ServiceEntry back/any port-not-declared"] },
    },
    {
      title: "a route alone",
      yaml: "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: way, namespace: front}, spec: {hosts: [x.example.net], tcp: [{route: [{destination: {host: gone.example.net}}]}]}}",
      options: asked,
      reach: { "front/web x.example.net:7001": "blocked" },
      because: { "front/web x.example.net:7001": ["VirtualService front/way route-without-service"] },
    },
    {
      title: "a wildcard that is not exported",
      yaml: wildcard('exportTo: ["."], resolution: NONE, addresses: [10.0.0.1]'),
      options: asked,
      reach: { "front/web x.example.net:7001": "blocked" },
      because: { "front/web x.example.net:7001": ["ServiceEntry back/any not-exported"] },
    },
  ]);
});

describe("a host that entries declare with different endpoints", () => {
  const port = "{number: 7000, name: tcp, protocol: TCP}";
  const real = entry("front", "x.example.net", port, 'exportTo: ["."], resolution: DNS');
  const fixed = (place: string, address: string, exportTo = "*") =>
    entry(
      place,
      "x.example.net",
      port,
      `exportTo: ["${exportTo}"], resolution: STATIC, endpoints: [{address: ${address}}]`,
    );
  const web = "front/web x.example.net:7000";
  const job = "back/job x.example.net:7000";
  const given = (address: string) => ({
    ...closed,
    databases: [{ host: "x.example.net", port: 7000, addresses: [address] }],
  });
  checkGrid([
    {
      title: "one that DNS resolves and one of another namespace with an endpoint of its own",
      yaml: real + fixed("back", "203.0.113.66"),
      options: closed,
      reach: { [web]: "direct", [job]: "misrouted" },
      because: { [job]: ["ServiceEntry back/x declared-elsewhere"] },
      findings: ["port-swallowed", "host-contested"],
    },
    {
      title: "two with different endpoints, of which either may be the true one",
      yaml: fixed("front", "203.0.113.1") + fixed("back", "203.0.113.2"),
      options: closed,
      reach: { [web]: "unknown", [job]: "unknown" },
    },
    {
      title: "two with different endpoints, of which one is named as the true one",
      yaml: fixed("front", "203.0.113.1") + fixed("back", "203.0.113.2"),
      options: given("203.0.113.1"),
      reach: { [web]: "direct", [job]: "misrouted" },
    },
    {
      title: "two with the same endpoint",
      yaml: fixed("front", "203.0.113.1", ".") + fixed("back", "203.0.113.1", "."),
      options: closed,
      reach: { [web]: "direct", [job]: "direct" },
      findings: ["port-swallowed"],
    },
    {
      title: "two of one namespace",
      yaml: fixed("front", "203.0.113.1") + fixed("front", "203.0.113.2").replace("name: x,", "name: duplicate,"),
      options: closed,
      reach: { [web]: "unknown" },
      because: { [web]: ["ServiceEntry front/duplicate declared-twice"] },
    },
  ]);
});

describe("a gateway's server without client certificates", () => {
  const server = `${entry("istio-system", "db.example.net", "{number: 443, name: tls, protocol: TLS}")}{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: exit, namespace: istio-system}, spec: {selector: {istio: exit}, servers: [{port: {number: 443, name: tls, protocol: TLS}, hosts: [db.example.net], tls: {mode: PASSTHROUGH}}]}}\n---\n`;
  const policy = (rule: string) =>
    `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: istio-system}, spec: {selector: {matchLabels: {istio: exit}}, rules: [${rule}]}}\n---\n`;
  const found = (yaml: string) =>
    analysed({ yaml, options: closed }).findings.filter(({ id }) => id === "anonymous-server");

  it("is named by the port that the pods listen on", () => {
    assert.deepEqual(
      found(server).map(({ args }) => args["port"]),
      [9443],
    );
  });

  it("is not named where policy refuses clients without a certificate", () => {
    assert.equal(found(server + policy("{from: [{source: {namespaces: [front]}}]}")).length, 0);
  });

  it("is named where policy admits any client, or may", () => {
    assert.equal(found(server + policy("{to: [{operation: {ports: ['9443']}}]}")).length, 1);
    assert.equal(found(server + policy("{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}")).length, 1);
  });

  it("is not named where policy admits other ports only", () => {
    assert.equal(found(server + policy("{to: [{operation: {ports: ['443']}}]}")).length, 0);
  });
});
