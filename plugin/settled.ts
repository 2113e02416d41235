import * as pulumi from "@pulumi/pulumi";
import { type Problem, SettingsError } from "../settings/problem.js";

/** What an output is beside its value. The SDK has no types for it. */
interface Known {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise: () => Promise<unknown>;
  allResources: () => Promise<Set<pulumi.Resource>>;
}

/** Arguments as a component takes them, and what they come from. */
export interface Settled {
  args: Record<string, unknown>;
  /** Resources whose outputs the arguments were: the component comes after them. */
  sources: pulumi.Resource[];
}

/**
 * Arguments from another language, where any of them may be an output. A component renders from plain values, so outputs
 * become what they hold; those that it takes as outputs (`late`) stay so.
 *
 * @param late Paths such as `database.host`; `*` stands for the items of a list and the values of a map.
 * @throws {@link SettingsError} with every argument that is a secret or not known yet where it must be plain.
 */
export async function settled(inputs: pulumi.Inputs, late: readonly string[]): Promise<Settled> {
  const settling = new Settling(late);
  const args = (await settling.object(inputs, { path: "", pattern: "", isSecret: false })) as Record<string, unknown>;
  if (settling.problems.length > 0) throw new SettingsError(settling.problems);
  return { args, sources: [...settling.sources] };
}

/** An argument: its path, the path as `late` writes it, and whether it is a part of a secret. */
interface Place {
  path: string;
  pattern: string;
  isSecret: boolean;
}

class Settling {
  readonly problems: Problem[] = [];
  readonly sources = new Set<pulumi.Resource>();

  constructor(private readonly late: readonly string[]) {}

  async object(value: object, at: Place): Promise<object> {
    const entries = Object.entries(value).map(
      async ([key, item]) => [key, await this.#value(item, this.#below(at, key))] as const,
    );
    return Object.fromEntries(await Promise.all(entries)) as object;
  }

  async #value(value: unknown, at: Place): Promise<unknown> {
    if (this.late.includes(at.pattern)) return at.isSecret ? pulumi.secret(value) : value;
    if (!this.late.some((one) => one.startsWith(`${at.pattern}.`))) return this.#plain(pulumi.output(value), at);
    if (!pulumi.Output.isInstance(value)) return this.#inside(value, at);
    const held = await this.#held(value);
    return held.isKnown
      ? this.#inside(held.value, { ...at, isSecret: at.isSecret || held.isSecret })
      : this.#refuse(at, notKnown);
  }

  /** A value that outputs are somewhere inside of. */
  async #inside(value: unknown, at: Place): Promise<unknown> {
    if (Array.isArray(value))
      return Promise.all(value.map((item, index) => this.#value(item, this.#below(at, String(index)))));
    return typeof value === "object" && value !== null ? this.object(value, at) : value;
  }

  #below({ path, pattern, isSecret }: Place, key: string): Place {
    const within = (parent: string, child: string) => (parent === "" ? child : `${parent}.${child}`);
    const any = within(pattern, "*");
    const isAny = this.late.some((one) => one === any || one.startsWith(`${any}.`));
    return { path: within(path, key), pattern: isAny ? any : within(pattern, key), isSecret };
  }

  async #plain(output: pulumi.Output<unknown>, at: Place): Promise<unknown> {
    const held = await this.#held(output);
    if (!held.isKnown) return this.#refuse(at, notKnown);
    if (held.isSecret || at.isSecret) return this.#refuse(at, "is a secret, and manifests would show it");
    return held.value;
  }

  async #held(output: pulumi.Output<unknown>): Promise<{ isKnown: boolean; isSecret: boolean; value?: unknown }> {
    const known = output as unknown as Known;
    for (const source of await known.allResources()) this.sources.add(source);
    const [isKnown, isSecret] = await Promise.all([known.isKnown, known.isSecret]);
    return { isKnown, isSecret, value: isKnown ? await known.promise() : undefined };
  }

  #refuse({ path }: Place, reason: string): undefined {
    this.problems.push({ path, reason, instead: "Pass a value that the program knows" });
  }
}

const notKnown = "is not known yet, and names of resources derive from it";
