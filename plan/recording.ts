import { createRequire } from "node:module";
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
const unknownMark = "[known after creation]";

const secretSignature = "4dabf18193072939515e22adb298388d";
const unknownValue = pulumi.runtime.unknownValue;

/** The engine's answer to a registration: every resource comes out as it went in, its id is its name. */
class Response {
  constructor(
    private readonly request: RegisterRequest,
    private readonly urn: string,
  ) {}
  readonly getUrn = (): string => this.urn;
  readonly getId = (): string => (this.request.getCustom() ? this.request.getName() : "");
  readonly getObject = (): Struct | undefined => this.request.getObject();
  readonly getStable = (): boolean => false;
  readonly getStablesList = (): string[] => [];
  readonly getPropertydependenciesMap = (): Map<string, unknown> => new Map<string, unknown>();
  readonly getResult = (): number => 0;
}

interface Struct {
  toJavaScript(): Record<string, unknown>;
}
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getCustom(): boolean;
  getDependenciesList(): string[];
  getObject(): Struct | undefined;
}
interface Monitor {
  registerResource(request: RegisterRequest, callback: (error: Error | null, response: Response) => void): void;
  registerResourceOutputs(request: unknown, callback: (error: Error | null, response: object) => void): void;
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
  await pulumi.runtime.setMocks(
    { newResource: () => ({ id: undefined, state: {} }), call: () => ({}) },
    project,
    stack,
    true,
  );
  listen(pulumi.runtime.getMonitor() as unknown as Monitor, resources);
  pulumi.runtime.setAllConfig(config, secretKeys);
  return withoutTraces(async () => {
    const value = await program();
    await pulumi.runtime.disconnect();
    return { value, resources };
  });
}

// Parts of the SDK that trace where each promise and each resource comes from.
const promises = createRequire(import.meta.url)("@pulumi/pulumi/runtime/debuggable.js") as {
  debuggablePromise: <T>(promise: Promise<T>) => Promise<T>;
};
const resources = pulumi.Resource as unknown as { stackTrace: () => object[] };

/**
 * Keeps the SDK from taking a stack trace for every promise, to report leaks, and for every resource, to tell the engine
 * its source. Nothing reads them here, and they would take more than half of the time of a large plan.
 */
async function withoutTraces<T>(run: () => Promise<T>): Promise<T> {
  const { debuggablePromise } = promises;
  const { stackTrace } = resources;
  promises.debuggablePromise = (promise) => promise;
  resources.stackTrace = () => [];
  try {
    return await run();
  } finally {
    promises.debuggablePromise = debuggablePromise;
    resources.stackTrace = stackTrace;
  }
}

/**
 * Lets the monitor note what it is asked to create and answer at once. What the SDK's own monitor for tests does besides,
 * taking every value apart and together again, would double time and memory of a large plan.
 */
function listen(monitor: Monitor, resources: PlannedResource[]): void {
  monitor.registerResource = (request, callback) => {
    const urn = `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified(request)}::${request.getName()}`;
    resources.push(planned(request, urn));
    callback(null, new Response(request, urn));
  };
  monitor.registerResourceOutputs = (_request, callback) => callback(null, {});
}

/** Type with the types of its parents, as the engine writes it. */
function qualified(request: RegisterRequest): string {
  const parent = request.getParent().split("::").at(-2);
  return parent ? `${parent}$${request.getType()}` : request.getType();
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
