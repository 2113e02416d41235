import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { V1KeyToPath, V1Pod, V1Volume, V1VolumeProjection } from "@kubernetes/client-node";

import type { ClusterReader, VolumeFile } from "./clusterReader.js";
import { fieldValue, resourceValue } from "./podFields.js";

type Files = Record<string, VolumeFile>;

/** The kubelet renews a token when four fifths of its life are over. */
const renewAfterShare = 0.8;

/** Changes a file of a mounted volume before the container sees it; returns it as it is when there is nothing to change. */
export type RewriteFile = (volume: string, file: string, content: Buffer) => Buffer;

/** A pod's volumes as folders on the machine. */
export class PodVolumes {
  private readonly written = new Map<string, string>();
  private tokensDueAtMs = Infinity;

  constructor(
    private readonly pod: V1Pod,
    private readonly folder: string,
    private readonly cluster: ClusterReader,
    private readonly rewrite: RewriteFile,
  ) {}

  /** The path on the machine that stands for a volume, or undefined for one the lab leaves out. */
  path(volume: V1Volume): string | undefined {
    if (volume.hostPath) return existsSync(volume.hostPath.path) ? volume.hostPath.path : undefined;
    return join(this.folder, volume.name);
  }

  /** Creates every volume, or fails naming the object that is missing. */
  async create(): Promise<void> {
    for (const volume of this.pod.spec?.volumes ?? []) {
      const path = this.path(volume);
      if (path === undefined || volume.hostPath) continue;
      await mkdir(path, { recursive: true });
      if (hasContent(volume)) await this.write(volume, path);
      // An empty volume is everyone's in the pod, whatever user its containers run as.
      else await chmod(path, 0o777);
    }
  }

  /** Whether a volume takes its content from this config map or secret. */
  uses(kind: "configMap" | "secret", name: string): boolean {
    return (this.pod.spec?.volumes ?? []).some((volume) => {
      const sources: V1VolumeProjection[] = volume.projected?.sources ?? [];
      if (kind === "configMap") return [volume, ...sources].some((source) => source.configMap?.name === name);
      return volume.secret?.secretName === name || sources.some((source) => source.secret?.name === name);
    });
  }

  get tokensDue(): boolean {
    return Date.now() >= this.tokensDueAtMs;
  }

  /** Brings volumes up to date with what they show. */
  async refresh(): Promise<void> {
    this.tokensDueAtMs = Infinity;
    for (const volume of (this.pod.spec?.volumes ?? []).filter(hasContent)) {
      const path = this.path(volume);
      if (path !== undefined) await this.write(volume, path);
    }
  }

  private async write(volume: V1Volume, path: string): Promise<void> {
    const files = await this.content(volume);
    for (const [name, file] of Object.entries(files)) file.content = this.rewrite(volume.name, name, file.content);
    const fingerprint = JSON.stringify(
      Object.entries(files).map(([name, file]) => [name, file.content.toString("hex")]),
    );
    if (this.written.get(volume.name) === fingerprint) return;
    const mode = volume.configMap ?? volume.secret ?? volume.projected ?? volume.downwardAPI;
    await replaceFiles(path, files, mode?.defaultMode ?? 0o644, this.pod.spec?.securityContext?.fsGroup);
    this.written.set(volume.name, fingerprint);
  }

  private async content(volume: V1Volume): Promise<Files> {
    const { configMap, secret, projected, downwardAPI } = volume;
    if (configMap) return this.project({ configMap });
    if (secret) return this.project({ secret: { ...secret, name: secret.secretName } });
    if (downwardAPI) return this.project({ downwardAPI });
    const parts: Files[] = [];
    for (const source of projected?.sources ?? []) parts.push(await this.project(source));
    return Object.assign({}, ...parts) as Files;
  }

  private async project(source: V1VolumeProjection): Promise<Files> {
    const { configMap, secret, downwardAPI, serviceAccountToken } = source;
    if (configMap) return pick("ConfigMap", configMap, await this.cluster.configMapFiles(configMap.name ?? ""));
    if (secret) return pick("Secret", secret, await this.cluster.secretFiles(secret.name ?? ""));
    if (serviceAccountToken) return this.tokenFile(serviceAccountToken);
    return Object.fromEntries(
      (downwardAPI?.items ?? []).map(({ path, fieldRef, resourceFieldRef, mode }) => {
        const container = this.pod.spec?.containers.find(({ name }) => name === resourceFieldRef?.containerName);
        const text = fieldRef
          ? fieldValue(this.pod, fieldRef.fieldPath)
          : resourceFieldRef && container && resourceValue(container, resourceFieldRef);
        return [path, { content: Buffer.from(text ?? ""), mode }];
      }),
    );
  }

  private async tokenFile(request: NonNullable<V1VolumeProjection["serviceAccountToken"]>): Promise<Files> {
    const { name = "", uid = "" } = this.pod.metadata ?? {};
    const token = await this.cluster.token(this.pod.spec?.serviceAccountName ?? "default", { name, uid }, request);
    const lifeMs = (request.expirationSeconds ?? 3600) * 1000;
    this.tokensDueAtMs = Math.min(this.tokensDueAtMs, Date.now() + lifeMs * renewAfterShare);
    return { [request.path]: { content: Buffer.from(token) } };
  }
}

function hasContent(volume: V1Volume): boolean {
  return Boolean(volume.configMap ?? volume.secret ?? volume.projected ?? volume.downwardAPI);
}

function pick(
  kind: string,
  reference: { name?: string; items?: V1KeyToPath[]; optional?: boolean },
  data: Record<string, Buffer> | undefined,
): Files {
  if (!data && !reference.optional) {
    throw new Error(`${kind} "${reference.name}" does not exist. Create it, or mark the volume optional.`);
  }
  const all = data ?? {};
  const items = reference.items ?? Object.keys(all).map((key): V1KeyToPath => ({ key, path: key }));
  return Object.fromEntries(
    items.flatMap(({ key, path, mode }) => {
      const content = all[key];
      if (content) return [[path, { content, mode }]];
      if (reference.optional) return [];
      throw new Error(`${kind} "${reference.name}" has no key "${key}".`);
    }),
  );
}

/**
 * Replaces a volume's files at once, the way the kubelet does: each name is a link through `..data`, and `..data` moves
 * to the new version in one rename. Servers that watch their configuration rely on it.
 */
async function replaceFiles(path: string, files: Files, defaultMode: number, fsGroup?: number): Promise<void> {
  const version = `..${Date.now()}-${randomBytes(3).toString("hex")}`;
  for (const [name, { content, mode = defaultMode }] of Object.entries(files)) {
    const target = join(path, version, name);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    await chmod(target, fsGroup === undefined ? mode : mode | 0o440);
    if (fsGroup !== undefined) await chown(target, 0, fsGroup);
  }
  await mkdir(join(path, version), { recursive: true });
  const data = join(path, "..data");
  const previous = existsSync(data) ? await readlink(data) : undefined;
  await symlink(version, `${data}_tmp`);
  await rename(`${data}_tmp`, data);
  for (const name of new Set(Object.keys(files).map((file) => file.split("/")[0] ?? file))) {
    if (!existsSync(join(path, name))) await symlink(join("..data", name), join(path, name));
  }
  if (previous !== undefined) await rm(join(path, previous), { recursive: true, force: true });
}

/** Whether a path of the machine is a folder. */
export async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}
