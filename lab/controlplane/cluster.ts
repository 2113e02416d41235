import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";

/** A JSON answer of the API server: an object, a list, or what discovery says. */
export type Answer = Record<string, unknown>;

/** Which object of which kind. */
export interface Reference {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string | undefined;
}

/** An answer of the API server that is not a success, with the reason it gave. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** The API server knows no such kind: its CustomResourceDefinition is not installed, or not established yet. */
export class UnknownKindError extends Error {
  constructor(apiVersion: string, kind: string) {
    super(
      `The API server knows no kind ${kind} in ${apiVersion}. Install its CustomResourceDefinition first, ` +
        `and let the resource depend on what installs it.`,
    );
  }
}

/** Longest wait for an API server that restarts, or for a webhook whose pod is still coming up. */
const outage = 60_000; // ms
/** Longest wait for a CustomResourceDefinition that was created but is not served yet. */
const establishing = 30_000; // ms
/** Enough for the engine's parallel operations; more would only queue in the API server. */
const connections = 32;

interface Kind {
  plural: string;
  namespaced: boolean;
}

/** Who applies: what another manager set is taken over. */
interface Applying {
  fieldManager: string;
}

/** The API server, by one identity. Connections are kept alive and discovery is remembered. */
export class Cluster {
  private readonly kinds = new Map<string, Promise<Map<string, Kind>>>();
  private readonly agent: https.Agent;

  private constructor(
    private readonly server: URL,
    private readonly connection: https.RequestOptions,
  ) {
    this.agent = new https.Agent({
      keepAlive: true,
      maxSockets: connections,
      ca: connection.ca,
      cert: connection.cert,
      key: connection.key,
      rejectUnauthorized: connection.rejectUnauthorized,
      servername: connection.servername,
    });
  }

  static async connect(kubeconfigPath: string): Promise<Cluster> {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(kubeconfigPath);
    const server = kubeconfig.getCurrentCluster()?.server;
    if (!server) throw new Error(`${kubeconfigPath} has no current context with a cluster.`);
    const connection: https.RequestOptions = {};
    await kubeconfig.applyToHTTPSOptions(connection);
    return new Cluster(new URL(server), connection);
  }

  close(): void {
    this.agent.destroy();
  }

  /** What the API server has at a path; undefined where it has nothing. */
  async getPath(path: string): Promise<Answer | undefined> {
    return this.patiently("GET", path).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
  }

  /** Server-side apply: creates the object, or changes and removes only the fields this manager set before. */
  async apply(manifest: object, reference: Reference, { fieldManager }: Applying): Promise<Answer> {
    // A misspelt field is an error instead of being dropped.
    const query = new URLSearchParams({ fieldManager, force: "true", fieldValidation: "Strict" });
    const patch = async () =>
      this.patiently("PATCH", `${await this.pathOf(reference, { wait: true })}?${query}`, manifest);
    try {
      return await patch();
    } catch (error) {
      if (!isKindGone(error)) throw error;
      this.kinds.delete(reference.apiVersion); // removed, or installed anew, since discovery was remembered
      return patch();
    }
  }

  /** Starts the deletion; what the object owns goes after it. An object that is gone already is none to delete. */
  async delete(reference: Reference): Promise<void> {
    const options = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" };
    await this.patiently("DELETE", await this.pathOf(reference, { wait: false }), options).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    });
  }

  private async pathOf(reference: Reference, { wait }: { wait: boolean }): Promise<string> {
    const { apiVersion, kind, name } = reference;
    const deadline = Date.now() + establishing;
    for (;;) {
      const found = await this.findKind(apiVersion, kind);
      if (found) {
        const scope = found.namespaced ? `/namespaces/${reference.namespace ?? "default"}` : "";
        return `${groupPath(apiVersion)}${scope}/${found.plural}/${encodeURIComponent(name)}`;
      }
      if (!wait || Date.now() > deadline) throw new UnknownKindError(apiVersion, kind);
      await sleep(250);
    }
  }

  private async findKind(apiVersion: string, kind: string): Promise<Kind | undefined> {
    const known = await this.kinds.get(apiVersion);
    if (known?.has(kind)) return known.get(kind);
    const asked = this.discover(apiVersion);
    this.kinds.set(apiVersion, asked);
    asked.catch(() => this.kinds.delete(apiVersion));
    return (await asked).get(kind);
  }

  private async discover(apiVersion: string): Promise<Map<string, Kind>> {
    const list = await this.getPath(groupPath(apiVersion));
    const resources = (list?.["resources"] ?? []) as { name: string; kind: string; namespaced: boolean }[];
    return new Map(
      resources
        .filter(({ name }) => !name.includes("/")) // subresources
        .map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]),
    );
  }

  /** Repeats a request while the API server restarts or a webhook is not up yet, for a bounded time. */
  private async patiently(method: string, path: string, body?: object): Promise<Answer> {
    const deadline = Date.now() + outage;
    for (let pause = 100; ; pause = Math.min(pause * 2, 1000)) {
      try {
        return await this.request(method, path, body);
      } catch (error) {
        if (!isPassing(error) || Date.now() + pause > deadline) throw error;
        await sleep(pause);
      }
    }
  }

  private request(method: string, path: string, body?: object): Promise<Answer> {
    const payload = body && JSON.stringify(body);
    const options: https.RequestOptions = {
      ...this.connection,
      agent: this.agent,
      method,
      headers: {
        ...(this.connection.headers as Record<string, string> | undefined),
        accept: "application/json",
        ...(payload === undefined
          ? {}
          : {
              "content-type": method === "PATCH" ? "application/apply-patch+yaml" : "application/json",
              "content-length": Buffer.byteLength(payload),
            }),
      },
    };
    return new Promise((resolve, reject) => {
      const request = https.request(new URL(path, this.server), options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          try {
            resolve(readAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      request.on("error", reject);
      request.end(payload);
    });
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function readAnswer(status: number, text: string): Answer {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = { message: text.trim() };
  }
  if (status >= 200 && status < 300) return answer as Answer;
  const { reason, message } = answer as { reason?: unknown; message?: unknown };
  throw new ApiError(status, String(reason ?? ""), String(message ?? `HTTP status ${status}`));
}

/** Failures that pass by themselves: no API server for a moment, too many requests, a webhook still starting. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) {
    if ([429, 502, 503, 504].includes(error.status)) return true;
    return error.status === 500 && isWebhookOutage(error.message);
  }
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH"].includes(code);
}

/** A path the API server does not serve, as opposed to an object or namespace that does not exist. */
function isKindGone(error: unknown): boolean {
  return (
    error instanceof ApiError && error.status === 404 && /could not find the requested resource/.test(error.message)
  );
}

/** Whether the API server failed to reach an admission webhook, as opposed to being refused by it. */
function isWebhookOutage(message: string): boolean {
  // Not found and x509: its Service, and the authority it is trusted by, come a little after its configuration.
  const outages = /connect|no endpoints|not found|timeout|deadline|EOF|lookup|x509/;
  return message.includes("failed calling webhook") && outages.test(message);
}
