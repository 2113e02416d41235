import * as pulumi from "@pulumi/pulumi";

/** A resource as the engine would be asked to create it. */
export interface PlannedResource {
  urn: string;
  type: string;
  name: string;
  /** URN of the parent; undefined at the root. */
  parent?: string;
  /** URNs of the resources it waits for. */
  dependencies: string[];
  /** Name of the provider that creates it; undefined for components and for providers themselves. */
  provider?: string;
  /** What it is created with. Secrets and values not known yet are markers. */
  inputs: Record<string, unknown>;
}

/** Stands where a secret is. */
export const secretMark = "[secret]";
/** Stands where a value is that only the cloud can give. */
export const unknownMark = "[known after creation]";

const secretSignature = "4dabf18193072939515e22adb298388d";
const unknownValue = pulumi.runtime.unknownValue;

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}
interface RegisterResponse {
  getUrn(): string;
}
interface Monitor {
  registerResource(
    request: RegisterRequest,
    callback: (error: Error | null, response: RegisterResponse | undefined) => void,
  ): Promise<void>;
}

/**
 * Runs a Pulumi program in this process against a monitor that creates nothing and records what it is asked to create.
 * Values that only a cloud can give stay unknown, as in a preview.
 */
export async function record<T>(
  {
    project,
    stack,
    config,
    secretKeys,
  }: { project: string; stack: string; config: Record<string, string>; secretKeys: string[] },
  program: () => Promise<T> | T,
): Promise<{ value: T; resources: PlannedResource[] }> {
  const resources: PlannedResource[] = [];
  await pulumi.runtime.setMocks({ newResource: pretend, call: () => ({}) }, project, stack, true);
  listen(pulumi.runtime.getMonitor() as unknown as Monitor, resources);
  pulumi.runtime.setAllConfig(config, secretKeys);
  const value = await program();
  await pulumi.runtime.disconnect();
  return { value, resources };
}

/** Every resource comes out as it went in; its id is its name. */
function pretend({ name, inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  return { id: name, state: inputs as Record<string, unknown> };
}

function listen(monitor: Monitor, resources: PlannedResource[]): void {
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, response) => {
      if (response) resources.push(planned(request, response.getUrn()));
      callback(error, response);
    });
}

function planned(request: RegisterRequest, urn: string): PlannedResource {
  const provider = request.getProvider().split("::").at(-2);
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    ...(request.getParent() ? { parent: request.getParent() } : {}),
    dependencies: request.getDependenciesList().sort(),
    ...(provider ? { provider } : {}),
    inputs: shown(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
  };
}

/** The value with marks in the place of secrets and unknowns. */
function shown(value: unknown): unknown {
  if (value === unknownValue) return unknownMark;
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value) return secretMark;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]));
}
