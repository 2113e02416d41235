import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { IGateway, IServiceEntry } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { DatabaseEgress, type DatabaseEgressArgs } from "../../../components/egress/databaseEgress.js";
import type { DatabaseInput } from "../../../components/egress/databaseInputs.js";
import { EgressGateway } from "../../../components/gateway/egressGateway.js";
import { SettingsError } from "../../../settings/problem.js";
import { record } from "../../../plan/recording.js";
import { recordStack, valueOf } from "../recordedStack.js";
import { gateway, mesh, network } from "./paths.js";

const dnsName = "orders.abc.rds.example.com";

/** A database that another provider creates: its fields are known when it exists. */
class Instance extends pulumi.CustomResource {
  declare readonly dnsName: pulumi.Output<string>;
  declare readonly addresses: pulumi.Output<string[]>;
  constructor() {
    super("test:index:Instance", "instance", { dnsName: undefined, addresses: undefined });
  }
}

const plain: DatabaseInput = {
  name: "orders",
  host: "orders.db.example.com",
  protocol: "mysql",
  clients: [{ namespace: "shop", serviceAccounts: ["orders"] }],
};

const egress = (database: Partial<DatabaseInput>, more: Partial<DatabaseEgressArgs> = {}) =>
  new DatabaseEgress("orders", { database: { ...plain, ...database }, gateway, mesh, network, ...more });

/** What `pulumi up` registers, where the instance has these fields. */
async function up(program: (instance: Instance) => DatabaseEgress, fields: object = {}) {
  const { registered, made } = await recordStack(() => program(new Instance()), {
    "test:index:Instance": { dnsName, addresses: ["10.1.0.5", "10.1.0.6"], ...fields },
  });
  const inputsOf = <T>(kind: string) =>
    registered.map(({ inputs }) => inputs).filter((inputs) => inputs.kind === kind) as T[];
  return { registered, made, inputsOf, text: JSON.stringify(registered) };
}

/** What `pulumi preview` registers: the instance does not exist yet. */
async function preview(program: (instance: Instance) => DatabaseEgress) {
  const options = { project: "mesh-egress", stack: "test", config: {}, secretKeys: [] };
  return (await record(options, () => program(new Instance()))).resources;
}

/** The problems an `up` ends with, once the instance has these fields. */
async function refusedInUp(program: (instance: Instance) => DatabaseEgress, fields: object): Promise<string> {
  const rejections: unknown[] = [];
  const listen = (error: unknown) => void rejections.push(error);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", listen);
  try {
    const { inputsOf } = await up(program, fields).catch((error: unknown) => {
      rejections.push(error);
      return { inputsOf: () => [] };
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(inputsOf("ServiceEntry"), [], "a value that fails never reaches a resource");
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  }
  const refused = rejections.find((error) => error instanceof SettingsError);
  assert.ok(refused, String(rejections[0]));
  return (refused as SettingsError).message;
}

function refusedAtOnce(database: Partial<DatabaseInput>): string {
  try {
    egress(database);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message;
  }
  throw new Error("accepted");
}

/** The engine's SDK says before a message which field it was about to send. */
function assertEndsWith(text: string, end: string): void {
  assert.ok(text.endsWith(end), `${text} does not end with ${end}`);
}

describe("DatabaseEgress whose host is an output", () => {
  it("puts the host into every text that names it, and leaves no placeholder anywhere", async () => {
    const { inputsOf, text } = await up((instance) => egress({ host: instance.dnsName }));
    assert.deepEqual(inputsOf<IServiceEntry>("ServiceEntry")[0]?.spec?.hosts, [dnsName]);
    assert.deepEqual(inputsOf<IGateway>("Gateway")[0]?.spec?.servers?.[0]?.hosts, [`./${dnsName}`]);
    assert.doesNotMatch(text, /\$\{/);
  });

  it("registers the same as with the host as text", async () => {
    const later = await up((instance) => egress({ host: instance.dnsName }));
    const known = await up(() => egress({ host: dnsName }));
    const objects = ({ registered }: typeof known) =>
      registered
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ name, inputs }) => ({ name, inputs }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.ok(objects(known).length > 5);
    assert.deepEqual(objects(later), objects(known));
  });

  it("shows every resource in a preview, under the names they keep, with the host not known yet", async () => {
    const shown = await preview((instance) => egress({ host: instance.dnsName }));
    const kept = await up((instance) => egress({ host: instance.dnsName }));
    assert.deepEqual(
      shown.map(({ name }) => name),
      kept.registered.map(({ name }) => name),
    );
    assert.doesNotMatch(JSON.stringify(shown), /\$\{/);
    const entry = shown.find(({ name }) => name.includes("-serviceentry-"));
    assert.match(JSON.stringify(entry?.inputs), /known after creation/);
  });

  it("keeps a secret host secret", async () => {
    const shown = JSON.stringify(await preview(() => egress({ host: pulumi.secret("hidden.db.example.com") })));
    assert.match(shown, /"hosts":\["\[secret\]"\]/);
    assert.doesNotMatch(shown, /hidden\.db/);
  });

  it("gives `manifests` with the host in it", async () => {
    const { made } = await up((instance) => egress({ host: instance.dnsName }));
    const manifests = await valueOf(made.manifests);
    assert.match(JSON.stringify(manifests), /"\.\/orders\.abc\.rds\.example\.com"/);
    assert.doesNotMatch(JSON.stringify(manifests), /\$\{/);
  });

  for (const [host, why] of [
    ["10.1.0.5", "an address"],
    ["*.db.example.com", "a wildcard in a mode that cannot route one"],
    ["orders", "not fully qualified"],
  ] as const)
    it(`says the same of a wrong host as at once: ${why}`, async () => {
      const later = await refusedInUp((instance) => egress({ host: instance.dnsName }), { dnsName: host });
      assertEndsWith(later, refusedAtOnce({ host }));
    });

  it("refuses at once what is wrong beside it, and registers nothing", async () => {
    const { registered } = await recordStack(() => {
      const host = pulumi.output(Promise.resolve(dnsName));
      assert.throws(
        () => egress({ host, trafficMode: "tls-gateway", port: 70000 }),
        (error) => error instanceof SettingsError && error.problems.length > 0,
      );
    });
    assert.deepEqual(registered, []);
  });

  it("refuses an output where the wildcard itself decides what is written", () => {
    const later = { host: pulumi.output("*.db.example.com"), protocol: "tls" as const, port: 443 };
    assert.match(
      refusedAtOnce({ ...later, trafficMode: "tls-wildcard" }),
      /database\.host: is an output, and tls-wildcard/,
    );
  });
});

describe("DatabaseEgress whose addresses and ranges are outputs", () => {
  const entryOf = async (program: (instance: Instance) => DatabaseEgress) =>
    (await up(program)).inputsOf<IServiceEntry>("ServiceEntry")[0]?.spec;
  const blocksOf = async (program: (instance: Instance) => DatabaseEgress) =>
    (await up(program)).inputsOf<INetworkPolicy>("NetworkPolicy")[0]?.spec?.egress?.[0]?.to;

  it("makes one endpoint and one range of each address of a list", async () => {
    const listed = (instance: Instance) => egress({ addresses: instance.addresses });
    const spec = await entryOf(listed);
    assert.deepEqual(spec?.addresses, ["10.1.0.5", "10.1.0.6"]);
    assert.deepEqual(spec?.endpoints, [{ address: "10.1.0.5" }, { address: "10.1.0.6" }]);
    assert.equal(spec?.resolution, "STATIC");
    assert.deepEqual(await blocksOf(listed), [
      { ipBlock: { cidr: "10.1.0.5/32" } },
      { ipBlock: { cidr: "10.1.0.6/32" } },
    ]);
  });

  it("takes single addresses beside known ones, in their order", async () => {
    const mixed = (instance: Instance) =>
      egress({ addresses: ["10.1.0.9", instance.addresses.apply((all) => all[0] ?? "")] });
    assert.deepEqual((await entryOf(mixed))?.addresses, ["10.1.0.9", "10.1.0.5"]);
  });

  it("opens the ranges that become known, and no other", async () => {
    const ranges = (instance: Instance) =>
      egress({ ranges: instance.addresses.apply((all) => all.map((each) => `${each}/31`)) });
    assert.deepEqual(await blocksOf(ranges), [
      { ipBlock: { cidr: "10.1.0.5/31" } },
      { ipBlock: { cidr: "10.1.0.6/31" } },
    ]);
  });

  it("refuses a list that turns out empty, for an entry with addresses cannot fall back to DNS", async () => {
    const message = await refusedInUp((instance) => egress({ addresses: instance.addresses }), { addresses: [] });
    assert.match(message, /database\.addresses: \[\] is empty/);
  });

  it("says the same of a wrong item as at once", async () => {
    const addresses = ["10.1.0.5", "10.1.0"];
    const later = await refusedInUp((instance) => egress({ addresses: instance.addresses }), { addresses });
    assertEndsWith(later, refusedAtOnce({ addresses }));
  });

  it("shows known ranges in a preview, although the host is not known", async () => {
    const shown = await preview((instance) =>
      egress({ host: instance.dnsName, ranges: pulumi.output(["10.1.0.0/24"]) }),
    );
    const policy = shown.find(({ name }) => name.includes("-networkpolicy-"));
    assert.match(JSON.stringify(policy?.inputs), /10\.1\.0\.0\/24/);
  });
});

describe("DatabaseEgress that is handed a component in place of its facts", () => {
  it("does not compile, and at run time names the field to write", async () => {
    const { registered } = await recordStack(() => {
      const component = new EgressGateway("gateway", { mesh });
      assert.throws(
        // @ts-expect-error a component is not the facts of a gateway
        () => egress({}, { gateway: component }),
        /^SettingsError: gateway: is a component, .* as in `gateway: egress\.gateway`\.$/,
      );
    });
    assert.ok(!registered.some(({ type }) => type.endsWith(":DatabaseEgress")), "nothing of it is registered");
  });

  it("refuses facts that are an output, for names derive from them", () => {
    assert.throws(
      // @ts-expect-error an output is not the facts of a gateway
      () => egress({}, { gateway: pulumi.output(gateway) }),
      /^SettingsError: gateway: is an output/,
    );
  });
});
