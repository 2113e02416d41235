import * as pulumi from "@pulumi/pulumi";

/** A resource as the engine was asked for it. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  /** Keys of the inputs that went to the engine as secrets. */
  secrets: string[];
  /** Names of the resources it depends on. */
  dependsOn: string[];
  /** Name of its parent; empty for the stack. */
  parent: string;
  /** Name of the provider it is sent to. */
  provider: string;
}

const nameOf = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);

/** What a cloud would compute, by type. */
type Computed = Record<string, Record<string, unknown>>;

/** Relations of each resource by its name. Mocks are told inputs only, so the monitor before them is listened to. */
type Relations = Map<string, Pick<Registered, "secrets" | "dependsOn" | "parent" | "provider">>;

interface Monitor {
  registerResource(request: Request, ...rest: unknown[]): unknown;
}

interface Request {
  getName(): string;
  getDependenciesList(): string[];
  getParent(): string;
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

/** Key that marks a secret, and the value it has there, on the way to the engine. */
const [signature, secret] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

const isSecret = (value: unknown) => (value as Record<string, unknown> | null)?.[signature] === secret;

function listen(relations: Relations): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const registerResource = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    const inputs = Object.entries(request.getObject()?.toJavaScript() ?? {});
    relations.set(request.getName(), {
      secrets: inputs.filter(([, value]) => isSecret(value)).map(([key]) => key),
      dependsOn: request.getDependenciesList().map(nameOf),
      parent: nameOf(request.getParent()),
      provider: request.getProvider().split("::").at(-2) ?? "",
    });
    return registerResource(request, ...rest);
  };
}

/** Runs a program against a recording engine, and returns what it made and what was registered, in order. */
export async function recordStack<T>(
  program: () => T | Promise<T>,
  computed: Computed = {},
): Promise<{
  made: T;
  registered: Registered[];
  one: (name: string) => Registered;
  ofType: (type: string) => Registered[];
}> {
  const registered: Registered[] = [];
  const asked: Relations = new Map();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        registered.push({
          type,
          name,
          inputs,
          ...(asked.get(name) as Pick<Registered, "secrets" | "dependsOn" | "parent" | "provider">),
        });
        return { id: id || `${name}-id`, state: { ...inputs, ...computed[type] } };
      },
      call: ({ token, inputs }) => ({ ...inputs, ...computed[token] }),
    },
    "mesh-egress",
    "test",
  );
  listen(asked);
  const made = await program();
  await pulumi.runtime.disconnect();
  return {
    made,
    registered,
    one: (name) => {
      const found = registered.filter((resource) => resource.name === name);
      if (found.length !== 1)
        throw new Error(
          `${found.length} resources called ${name} among ${registered.map((each) => each.name).join(", ")}`,
        );
      return found[0] as Registered;
    },
    ofType: (type) => registered.filter((resource) => resource.type === type),
  };
}

/** Value of an output, whatever it depends on. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
