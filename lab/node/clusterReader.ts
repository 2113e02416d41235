import { ApiException, type CoreV1Api } from "@kubernetes/client-node";

import type { KeyedData } from "./environment.js";

/** A file of a mounted volume. */
export interface VolumeFile {
  content: Buffer;
  mode?: number;
}

/** What pods of one namespace take from the API server: config maps, secrets and tokens. */
export class ClusterReader implements KeyedData {
  constructor(
    private readonly core: CoreV1Api,
    private readonly namespace: string,
  ) {}

  async configMap(name: string): Promise<Record<string, string> | undefined> {
    const found = await absentOr(this.core.readNamespacedConfigMap({ name, namespace: this.namespace }));
    return found && (found.data ?? {});
  }

  async secret(name: string): Promise<Record<string, string> | undefined> {
    const files = await this.secretFiles(name);
    return files && Object.fromEntries(Object.entries(files).map(([key, content]) => [key, content.toString("utf8")]));
  }

  async configMapFiles(name: string): Promise<Record<string, Buffer> | undefined> {
    const found = await absentOr(this.core.readNamespacedConfigMap({ name, namespace: this.namespace }));
    return found && { ...decoded(found.data, "utf8"), ...decoded(found.binaryData, "base64") };
  }

  async secretFiles(name: string): Promise<Record<string, Buffer> | undefined> {
    const found = await absentOr(this.core.readNamespacedSecret({ name, namespace: this.namespace }));
    return found && decoded(found.data, "base64");
  }

  /** A service account token bound to the pod. */
  async token(
    serviceAccount: string,
    pod: { name: string; uid: string },
    request: { audience?: string; expirationSeconds?: number },
  ): Promise<string> {
    const answer = await this.core.createNamespacedServiceAccountToken({
      name: serviceAccount,
      namespace: this.namespace,
      body: {
        spec: {
          audiences: request.audience === undefined ? [] : [request.audience],
          expirationSeconds: request.expirationSeconds ?? 3600,
          boundObjectRef: { apiVersion: "v1", kind: "Pod", ...pod },
        },
      },
    });
    return answer.status?.token ?? "";
  }
}

/** The object, or undefined when the API server says there is none. */
export async function absentOr<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}

function decoded(data: Record<string, string> = {}, encoding: BufferEncoding): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}
