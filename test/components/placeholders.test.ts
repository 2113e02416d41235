import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { filled, isIncomplete, placeholdersIn, written } from "mesh-access";
import { resolved, type ValueOf } from "../../components/placeholders.js";
import { valueOf } from "./recordedStack.js";

const values: ValueOf = ({ kind, of }) =>
  kind === "addresses" ? pulumi.output(["10.0.0.1", "10.0.0.2"]) : pulumi.output(`${kind}-of-${of}`);
const known = (value: unknown) => valueOf(pulumi.output(resolved(value, values)));

const host = written({ kind: "host", of: "orders" });
const all = written({ kind: "addresses", of: "orders.addresses" });

describe("A placeholder", () => {
  it("is filled inside a longer text, as often as it is there", async () => {
    assert.equal(await known(`./${host}, ${host}:3306`), "./host-of-orders, host-of-orders:3306");
  });

  it("is filled at any depth, and what has none stays the same object", async () => {
    const rest = { labels: { app: "shop" }, list: [1, true, null] };
    const value = { spec: { servers: [{ hosts: [`./${host}`], deep: { sni: host } }] }, rest };
    const result = resolved(value, values) as typeof value;
    assert.equal(result.rest, rest);
    assert.deepEqual(await valueOf(pulumi.output(result)), {
      spec: { servers: [{ hosts: ["./host-of-orders"], deep: { sni: "host-of-orders" } }] },
      rest,
    });
  });

  it("for a list makes an item of each value, among the items around it", async () => {
    assert.deepEqual(await known(["first", `${all}/32`, "last"]), ["first", "10.0.0.1/32", "10.0.0.2/32", "last"]);
  });

  it("for a list repeats the whole item that holds it", async () => {
    const item = { ipBlock: { cidr: `${all}/32` }, of: host };
    assert.deepEqual(await known([item]), [
      { ipBlock: { cidr: "10.0.0.1/32" }, of: "host-of-orders" },
      { ipBlock: { cidr: "10.0.0.2/32" }, of: "host-of-orders" },
    ]);
  });

  it("for a list vanishes with it when there is no value", async () => {
    const none = resolved(["first", `${all}/32`], () => pulumi.output<string[]>([]));
    assert.deepEqual(await valueOf(pulumi.output(none)), ["first"]);
  });

  it("makes the text a secret only where it stands for one", async () => {
    const secret = (text: string) => pulumi.isSecret(pulumi.output(resolved(text, values)));
    assert.equal(await secret(`mysql://root:${written({ kind: "secret", of: "root" })}@${host}`), true);
    assert.equal(await secret(`mysql://${host}`), false);
  });

  it("keeps a value whose text looks like another placeholder as it is", async () => {
    const password = () => pulumi.output("$& ${host:orders}");
    assert.equal(await valueOf(pulumi.output(resolved(host, password))), "$& ${host:orders}");
  });

  it("is read as it was written, for every name", () => {
    const kind = fc.constantFrom("host" as const, "address" as const, "addresses" as const, "secret" as const);
    const of = fc.stringMatching(/^[A-Za-z0-9*][-A-Za-z0-9.]{0,20}$/);
    fc.assert(
      fc.property(kind, of, fc.string(), (k, name, around) => {
        fc.pre(!around.includes("${"));
        const text = `${around}${written({ kind: k, of: name })}${around}`;
        assert.deepEqual(placeholdersIn(text), [{ kind: k, of: name }]);
        assert.equal(
          filled(text, () => "x"),
          `${around}x${around}`,
        );
      }),
    );
  });

  for (const text of [
    "${host:-localhost}",
    "${host:=db}",
    "${secret:?not set}",
    "${host:+x}",
    "${address: -1}",
    "${HOST}",
    "$host",
    "${host:0:3}",
    "${host}",
  ])
    it(`is not a shell's ${text}`, () => {
      assert.equal(isIncomplete(`curl http://${text}/`), false);
    });
});
