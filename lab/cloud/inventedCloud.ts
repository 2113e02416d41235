import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type {
  CheckResult,
  CreateResult,
  DiffResult,
  InvokeResult,
  Provider,
  ReadResult,
  UpdateResult,
} from "@pulumi/pulumi/provider/provider.js";
import { alibaba, idPrefixes } from "./alibaba.js";
import { google } from "./google.js";
import type { Inventory, Item, Properties, World } from "./inventory.js";
import { named, type Rules, text, type TypeRules } from "./rules.js";

/** What a cloud does in the API servers that it hands out. */
export interface Site {
  /** Once a resource is there: its nodes, or the kinds of its add-ons. */
  made(item: Item, world: World): Promise<void>;
  /** Before a resource goes. */
  unmade(item: Item): Promise<void>;
  /** What the cloud's functions return, by token. */
  answer(token: string, args: Properties): Properties | undefined;
  /** What a resource reports besides, such as a kubeconfig. */
  reports(type: string): Properties;
}

/** A cloud without API servers: its clusters are entries of the inventory. */
export const nowhere: Site = {
  made: async () => undefined,
  unmade: async () => undefined,
  answer: () => undefined,
  reports: () => ({}),
};

/** A resource whose creation began and did not come to its end, as providers report it. */
class Unfinished extends Error {
  constructor(
    readonly id: string,
    readonly properties: Properties,
    readonly reasons: string[],
  ) {
    super(reasons.join("\n"));
  }
}

const rules: Rules = { ...google, ...alibaba };

/**
 * Google Cloud and Alibaba Cloud as far as a stack needs them: an inventory, and the vendors' rules on what may be created,
 * changed and deleted, and in which order. A cluster or mesh that comes out of it is an API server of the lab.
 */
export class InventedCloud implements Provider {
  constructor(
    private readonly inventory: Inventory,
    private readonly site: Site,
  ) {}

  /** Gives names as the vendors' providers do, and refuses what the vendor calls no name. */
  async check(urn: string, olds: Properties | undefined, news: Properties): Promise<CheckResult> {
    const { name } = rulesOf(urn);
    if (!name) return { inputs: news };
    const { key, pattern } = name;
    const given = news[key] ?? olds?.[key] ?? `${nameOf(urn)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
    const isBad = typeof given === "string" && given !== unknown && !pattern.test(given);
    const failures = isBad ? [{ property: key, reason: `${given} is not a valid name: ${pattern}` }] : [];
    return { inputs: { ...news, [key]: given }, failures };
  }

  async diff(id: string, urn: string, olds: Properties, news: Properties): Promise<DiffResult> {
    const before = this.find(id)?.inputs ?? (plain(olds) as Properties);
    const after = plain(news) as Properties;
    const changed = keysOf(before, after).filter((key) => !isDeepStrictEqual(before[key], after[key]));
    const replaces = changed.filter((key) => rulesOf(urn).replaces?.includes(key));
    return { changes: changed.length > 0, replaces, deleteBeforeReplace: false };
  }

  async create(urn: string, news: Properties): Promise<CreateResult> {
    const inputs = plain(news) as Properties;
    const type = typeOf(urn);
    const id = idOf(urn, inputs);
    const fails = this.failsNow("create", urn);
    if (fails && !isHalfMade(urn)) throw new Error("quota exceeded: nothing was created");
    const item = this.inventory.change((world) => {
      if (world.items.some((each) => each.id === id)) throw new Error(`409: ${id} already exists`);
      accept(type, inputs, world, id);
      const number = ++world.made;
      const outputs = this.outputs(type, inputs, { id, number }, world);
      const made = { id, type, urn, inputs, outputs, number, ready: !fails };
      world.items.push(made);
      return made;
    });
    const outs = { ...item.outputs, ...secretsOf(news) };
    if (!item.ready) throw new Unfinished(id, outs, [`timeout while waiting for ${id} to become ready`]);
    await this.site.made(item, this.inventory.read());
    return { id, outs };
  }

  async update(id: string, urn: string, _olds: Properties, news: Properties): Promise<UpdateResult> {
    const inputs = plain(news) as Properties;
    if (this.failsNow("update", urn)) throw new Error("503: the service is unavailable");
    const item = this.inventory.change((world) => {
      const found = world.items.find((each) => each.id === id);
      if (!found) throw new Error(`404: ${id} was not found`);
      accept(typeOf(urn), inputs, world, id);
      Object.assign(found, { inputs, outputs: this.outputs(found.type, inputs, found, world), ready: true });
      return found;
    });
    await this.site.made(item, this.inventory.read());
    return { outs: { ...item.outputs, ...secretsOf(news) } };
  }

  async read(id: string, _urn: string, props?: Properties): Promise<ReadResult> {
    const item = this.find(id);
    return item ? { id, props: { ...item.outputs, ...secretsOf(props ?? {}) } } : { id: "", props: {} };
  }

  async delete(id: string, urn: string): Promise<void> {
    if (this.failsNow("delete", urn)) throw new Error("503: the service is unavailable");
    const item = this.inventory.change((world) => {
      const found = world.items.find((each) => each.id === id);
      if (found) release(found, world);
      return found;
    });
    if (!item) return;
    await this.site.unmade(item);
    this.inventory.change((world) => {
      rules[item.type]?.leaves?.(item, world);
      world.items = world.items.filter((each) => each.id !== id);
    });
  }

  async invoke(token: string, args: Properties): Promise<InvokeResult> {
    const answer = this.site.answer(token, args);
    if (!answer) throw new Error(`The lab's cloud has no function ${token}. Add its answer to lab/cloud/site.ts.`);
    return { outputs: { ...args, id: "lab", ...answer } };
  }

  /** Whether a test wants this operation to fail, which it does once. */
  private failsNow(operation: keyof World["fails"], urn: string): boolean {
    return this.inventory.change(({ fails, failed }) => {
      const what = `${operation} ${urn}`;
      const types = fails[operation];
      if (types === undefined || !new RegExp(types).test(typeOf(urn)) || failed.includes(what)) return false;
      failed.push(what);
      return true;
    });
  }

  private outputs(type: string, inputs: Properties, item: Pick<Item, "id" | "number">, world: World): Properties {
    return { ...inputs, ...this.site.reports(type), ...rules[type]?.reports?.(inputs, item, world) };
  }

  private find(id: string): Item | undefined {
    return this.inventory.read().items.find((each) => each.id === id);
  }
}

/** @throws Error with the vendor's reason */
function accept(type: string, inputs: Properties, world: World, id: string): void {
  const own = rules[type] ?? unheardOf(type);
  for (const reference of own.needs?.(inputs) ?? [])
    if (named(world, reference)?.ready !== true)
      throw new Error(`404: ${reference.type} ${text(reference.value)} was not found or is not ready`);
  const reason = own.refuses?.(inputs, world, id);
  if (reason) throw new Error(`400: ${reason}`);
}

/** @throws Error where the vendor keeps it: something stands on it, or needs what it gives */
function release(item: Item, world: World): void {
  const user = world.items.find((other) =>
    rules[other.type]?.needs?.(other.inputs).some((each) => !each.loose && named(world, each) === item),
  );
  if (user) throw new Error(`409 DependencyViolation: ${item.id} is already being used by ${user.id}`);
  const reason = rules[item.type]?.keeps?.(item, world);
  if (reason) throw new Error(`409: ${item.id}: ${reason}`);
}

const unheardOf = (type: string): TypeRules => {
  throw new Error(`The lab's clouds have no ${type}. Add its rules to lab/cloud.`);
};

/** Half of the resources fail with nothing made, the other half with something made that is not ready. */
const isHalfMade = (urn: string): boolean => digest(urn).charCodeAt(0) % 2 === 0;

const typeOf = (urn: string): string => urn.split("::").at(-2)?.split("$").at(-1) ?? "";
const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + "::".length);
const rulesOf = (urn: string): TypeRules => rules[typeOf(urn)] ?? {};
const digest = (of: string): string => createHash("sha256").update(of).digest("hex").slice(0, 8);

/** What tells resources of one type apart in Google Cloud, where ids are paths. */
const identifying = [
  ...["project", "region", "location", "instance", "managedZone", "responsePolicy", "responsePolicyName"],
  ...["ruleName", "accountId", "role", "member", "feature", "membership", "service", "name"],
];

function idOf(urn: string, inputs: Properties): string {
  const type = typeOf(urn);
  if (type.startsWith("alicloud:"))
    return `${idPrefixes[type] ?? "lab"}-${digest(`${urn}${randomBytes(4).toString("hex")}`)}`;
  const parts = identifying.map((key) => text(inputs[key])).filter(Boolean);
  return [type.slice(type.lastIndexOf(":") + 1), ...parts].join("/");
}

/** What the engine sends for a value that a preview cannot know. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secretKey = "4dabf18193072939515e22adb298388d";

/** Values without the wrapping in which the engine sends secrets. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (secretKey in value && "value" in value) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/** Properties that hold a secret, as they were sent. */
function secretsOf(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => JSON.stringify(value)?.includes(secretKey)),
  );
}

const keysOf = (...all: Properties[]): string[] => [...new Set(all.flatMap((each) => Object.keys(each)))];
