import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, isWebhookOutage, UnknownKindError, type Cluster, type KubernetesObject } from "./cluster.js";
import {
  annotationOf,
  automaticName,
  fieldManagerOf,
  idOf,
  isManagedBy,
  kindOfType,
  metadataOf,
  ownsOthers,
  referenceOf,
} from "./identity.js";
import { liveInputs } from "./live.js";
import {
  changes,
  conceal,
  containsUnknown,
  isObject,
  reveal,
  secret,
  unknown,
  without,
  type Properties,
} from "./properties.js";
import { readinessOf } from "./readiness.js";
import { replacesObject, type Mutability } from "./replacement.js";
import {
  NotReadyError,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type Difference,
  type DiffRequest,
  type ReadRequest,
  type ResourceType,
  type UpdateRequest,
} from "./resource.js";

/** As long as the official provider waits for a workload. */
const defaultTimeout = 600; // s
/** Between two looks at an object: short at first, because most are ready at once. */
const firstPause = 100; // ms
const longestPause = 500; // ms

export interface ObjectOptions extends Mutability {
  cluster: Cluster;
  /** Take over fields that another manager set, instead of reporting a conflict. */
  forcesConflicts: boolean;
  /** Take over objects that exist already, instead of reporting them. */
  adoptsExisting: boolean;
  /** Whether something in the cluster gives Services of type LoadBalancer an address to wait for. */
  hasLoadBalancers: boolean;
  /** Count resources of a cluster that cannot be reached as deleted. */
  deletesUnreachable: boolean;
}

/** Any Kubernetes object, built-in or custom, and `*Patch` resources, which own fields but not the object. */
export class ObjectType implements ResourceType {
  constructor(private readonly options: ObjectOptions) {}

  async check({ type, logicalName, oldInputs, newInputs }: CheckRequest): Promise<Properties> {
    const { apiVersion, kind } = kindOfType(type);
    const inputs: Properties = { apiVersion, kind, ...newInputs };
    if (inputs["metadata"] === unknown) return inputs;
    const metadata = { ...metadataOf(inputs) };
    if (metadata["name"] === undefined && metadata["generateName"] === undefined) {
      metadata["name"] = automaticName(logicalName, oldInputs);
      const annotations = isObject(metadata["annotations"]) ? metadata["annotations"] : {};
      metadata["annotations"] = { ...annotations, "pulumi.com/autonamed": "true" };
    }
    if (metadata["namespace"] === undefined && (await this.options.cluster.isNamespaced(apiVersion, kind))) {
      metadata["namespace"] = this.options.cluster.defaultNamespace;
    }
    return withSecretData({ ...inputs, metadata });
  }

  async diff({ oldInputs, newInputs }: DiffRequest): Promise<Difference> {
    const [before, after] = [this.withNamespace(oldInputs), this.withNamespace(newInputs)];
    return {
      changes: changes(before, after).map((change) => ({
        ...change,
        replaces: replacesObject(change, reveal(before), this.options),
      })),
      deleteBeforeReplace: idOf(reveal(before)) === idOf(reveal(after)),
    };
  }

  async create(request: CreateRequest): Promise<{ id: string; outputs: Properties }> {
    const { type, inputs, urn, preview, timeoutSeconds, signal } = request;
    if (containsUnknown(inputs)) return { id: "", outputs: previewOutputs(inputs) };
    const fieldManager = fieldManagerOf(urn);
    const existing = await this.options.cluster.get(referenceOf(reveal(inputs)));
    if (preview) {
      // What exists already is replaced or adopted; a dry run against it would only report immutable fields.
      const checked = existing ? undefined : await this.dryRun(inputs, fieldManager);
      return { id: "", outputs: previewOutputs(inputs, checked) };
    }
    this.refuseExisting(existing, kindOfType(type).isPatch, fieldManager);
    const applied = await this.apply(inputs, fieldManager);
    return { id: idOf(applied), outputs: await this.settle(applied, inputs, fieldManager, timeoutSeconds, signal) };
  }

  async update(request: UpdateRequest): Promise<Properties> {
    const { urn, oldOutputs, newInputs, preview, timeoutSeconds, signal } = request;
    const fieldManager = fieldManagerOf(urn, oldOutputs);
    if (preview) {
      const checked = containsUnknown(newInputs) ? undefined : await this.dryRun(newInputs, fieldManager);
      return checked ? outputsOf(checked, newInputs, fieldManager) : { ...oldOutputs, ...newInputs };
    }
    const applied = await this.apply(newInputs, fieldManager);
    return this.settle(applied, newInputs, fieldManager, timeoutSeconds, signal);
  }

  async read({ type, id, urn, inputs, outputs }: ReadRequest) {
    const known = Object.keys(inputs).length > 0;
    const live = await this.options.cluster.get(referenceOf(reveal(known ? inputs : objectById(type, id))));
    if (!live) return undefined;
    const fieldManager = fieldManagerOf(urn, outputs);
    if (!known) return { id, inputs: importedInputs(live), outputs: outputsOf(live, {}, fieldManager) };
    const ours = liveInputs(reveal(inputs), withStringData(reveal(outputs)), withStringData(live));
    return { id: idOf(live), inputs: conceal(ours, inputs), outputs: outputsOf(live, inputs, fieldManager) };
  }

  async delete({ type, urn, inputs, outputs, timeoutSeconds, signal }: DeleteRequest): Promise<void> {
    const object = reveal(Object.keys(inputs).length > 0 ? inputs : outputs);
    const reference = referenceOf(object);
    try {
      if (kindOfType(type).isPatch) return await this.releaseFields(object, fieldManagerOf(urn, outputs));
      const propagation = ownsOthers(reference.apiVersion) ? "Foreground" : "Background";
      const leaving = await this.options.cluster.delete(reference, propagation);
      if (!leaving || annotationOf(object, "pulumi.com/skipAwait") === "true") return;
      await this.waitUntilGone(leaving, timeoutOf(object, timeoutSeconds), signal);
    } catch (error) {
      if (error instanceof UnknownKindError || (error instanceof ApiError && error.status === 404)) return;
      if (this.options.deletesUnreachable && !(error instanceof ApiError) && "code" in (error as Error)) return;
      throw error;
    }
  }

  /** Objects of a kind unknown when they were checked got their namespace from the API server's default. */
  private withNamespace(inputs: Properties): Properties {
    const metadata = metadataOf(inputs);
    if (metadata["namespace"] !== undefined) return inputs;
    return { ...inputs, metadata: { ...metadata, namespace: this.options.cluster.defaultNamespace } };
  }

  private refuseExisting(existing: KubernetesObject | undefined, isPatch: boolean, fieldManager: string): void {
    if (isPatch && !existing) {
      throw new Error("There is no such object to patch. Create it first, or let the resource depend on what does.");
    }
    if (isPatch || !existing || this.options.adoptsExisting || isManagedBy(existing, fieldManager)) return;
    throw new Error(
      `${existing.kind} ${idOf(existing)} exists already and is not of this stack. Remove it, import it with the ` +
        `resource option import, or change it in place with a ${existing.kind}Patch.`,
    );
  }

  private async apply(inputs: Properties, fieldManager: string, dryRun = false): Promise<KubernetesObject> {
    const manifest = reveal(inputs);
    const force = this.options.forcesConflicts || annotationOf(manifest, "pulumi.com/patchForce") === "true";
    try {
      return await this.options.cluster.apply(manifest, referenceOf(manifest), { fieldManager, force, dryRun });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      const remedy = 'Leave the field to its manager, or take it with the annotation pulumi.com/patchForce: "true".';
      throw new ApiError(error.status, error.reason, `${error.message}. ${remedy}`);
    }
  }

  /** The object as the API server would store it; undefined where only the real deployment can tell. */
  private async dryRun(inputs: Properties, fieldManager: string): Promise<KubernetesObject | undefined> {
    try {
      return await this.apply(inputs, fieldManager, true);
    } catch (error) {
      if (error instanceof UnknownKindError) return undefined; // its CRD is deployed by the same stack
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) return undefined; // so is its namespace
      if (isWebhookOutage(error.message) || /does not support dry run/.test(error.message)) return undefined;
      throw error;
    }
  }

  /** Waits until the object works and returns what the state shall remember of it. */
  private async settle(
    applied: KubernetesObject,
    inputs: Properties,
    fieldManager: string,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<Properties> {
    const isAwaited = annotationOf(reveal(inputs), "pulumi.com/skipAwait") !== "true";
    let live = applied;
    const deadline = Date.now() + timeoutOf(reveal(inputs), timeoutSeconds) * 1000;
    for (let pause = firstPause; isAwaited; pause = Math.min(pause * 1.5, longestPause)) {
      const readiness = readinessOf(live);
      const service = readiness.state === "ready" ? await this.serviceLacks(live) : undefined;
      if (readiness.state === "ready" && service === undefined) break;
      const reason = readiness.state === "ready" ? String(service) : readiness.reason;
      if (readiness.state === "failed" || Date.now() > deadline || signal.aborted) {
        const outputs = outputsOf(live, inputs, fieldManager);
        throw new NotReadyError(idOf(live), inputs, outputs, `${live.kind} ${idOf(live)} is not ready: ${reason}.`);
      }
      await pauseUnless(signal, pause);
      live = (await this.options.cluster.get(referenceOf(live))) ?? live;
    }
    return outputsOf(live, inputs, fieldManager);
  }

  /** A Service is ready when a pod answers behind it, as the official provider sees it. */
  private async serviceLacks(live: KubernetesObject): Promise<string | undefined> {
    if (live.apiVersion !== "v1" || live.kind !== "Service" || !isObject(live["spec"])) return undefined;
    const { selector, clusterIP, type } = live["spec"];
    const status = isObject(live["status"]) ? live["status"] : {};
    const balancer = isObject(status["loadBalancer"]) ? status["loadBalancer"] : {};
    if (type === "LoadBalancer" && this.options.hasLoadBalancers && !balancer["ingress"]) {
      return "its load balancer has no address yet";
    }
    if (!isObject(selector) || Object.keys(selector).length === 0) return undefined;
    if (clusterIP === "None" || type === "ExternalName") return undefined;
    const { name, namespace } = referenceOf(live);
    const slices = await this.options.cluster.getPath(
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io/service-name=${name}`,
    );
    const endpoints = ((slices?.["items"] ?? []) as Properties[]).flatMap(
      (slice) => (slice["endpoints"] ?? []) as Properties[],
    );
    const isReady = endpoints.some(({ conditions }) => isObject(conditions) && conditions["ready"] !== false);
    return isReady ? undefined : "no pod behind it is ready; check its selector, or set pulumi.com/skipAwait";
  }

  /** Applying nothing gives up every field this manager set, and leaves the object to its owner. */
  private async releaseFields(object: Properties, fieldManager: string): Promise<void> {
    const reference = referenceOf(object);
    if (!(await this.options.cluster.get(reference))) return;
    const { name, namespace } = reference;
    const metadata: Properties = namespace === undefined ? { name } : { name, namespace };
    const nothing = { apiVersion: reference.apiVersion, kind: reference.kind, metadata };
    await this.options.cluster.apply(nothing, reference, { fieldManager, force: false, dryRun: false });
  }

  private async waitUntilGone(leaving: KubernetesObject, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    for (let pause = firstPause; ; pause = Math.min(pause * 1.5, longestPause)) {
      const live = await this.options.cluster.get(referenceOf(leaving));
      if (!live || live.metadata["uid"] !== leaving.metadata["uid"]) return;
      if (Date.now() > deadline || signal.aborted)
        throw new Error(`${live.kind} ${idOf(live)} is not gone: ${obstacle(live)}.`);
      await pauseUnless(signal, pause);
    }
  }
}

/** What the state remembers: the live object without the bookkeeping of field managers, secrets marked. */
function outputsOf(live: KubernetesObject, inputs: Properties, fieldManager: string): Properties {
  const metadata = without(live.metadata, "managedFields");
  const outputs: Properties = { ...live, metadata, __fieldManager: fieldManager };
  if (inputs["stringData"] !== undefined) outputs["stringData"] = inputs["stringData"];
  return withSecretData(conceal(outputs, inputs));
}

/** What a preview shows: the object as far as it is known before it exists. */
function previewOutputs(inputs: Properties, checked?: KubernetesObject): Properties {
  if (!checked) return { ...inputs, status: unknown };
  const metadata = without(checked.metadata, "managedFields");
  const assigned = { uid: unknown, resourceVersion: unknown, creationTimestamp: unknown };
  return withSecretData(
    conceal({ ...checked, metadata: { ...metadata, ...assigned }, status: unknown } as Properties, inputs),
  );
}

/** A Secret's values are secret whether or not the program says so. */
function withSecretData(object: Properties): Properties {
  if (object["apiVersion"] !== "v1" || object["kind"] !== "Secret") return object;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, ["data", "stringData"].includes(key) ? secret(value) : value]),
  );
}

/** The API server stores `stringData` as `data`; both spellings are needed to compare with what the program wrote. */
function withStringData(object: Properties): Properties {
  if (object["apiVersion"] !== "v1" || object["kind"] !== "Secret" || !isObject(object["data"])) return object;
  const decoded = Object.entries(object["data"]).map(([key, value]) => [
    key,
    Buffer.from(String(value), "base64").toString(),
  ]);
  return { ...object, stringData: Object.fromEntries(decoded) as Properties };
}

function objectById(type: string, id: string): Properties {
  const { apiVersion, kind } = kindOfType(type);
  const [name = "", namespace] = id.split("/").reverse();
  return { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

/** The inputs of an object that is imported: all of it but what only the API server sets. */
function importedInputs(live: KubernetesObject): Properties {
  const { name, namespace, labels, annotations } = live.metadata;
  const metadata = { name, namespace, labels, annotations };
  return withSecretData(reveal({ ...without(live, "status"), metadata } as Properties));
}

function timeoutOf(object: Properties, requestedSeconds: number): number {
  return Number(annotationOf(object, "pulumi.com/timeoutSeconds")) || requestedSeconds || defaultTimeout;
}

/** Why an object stays: what its conditions report, otherwise the finalizers that hold it. */
function obstacle(live: KubernetesObject): string {
  const status = isObject(live["status"]) ? live["status"] : {};
  const conditions = Array.isArray(status["conditions"]) ? status["conditions"].filter(isObject) : [];
  const reported = conditions
    .filter(({ status, message }) => status === "True" && message)
    .map(({ message }) => message);
  return reported.join("; ") || `it waits for its finalizers ${JSON.stringify(live.metadata["finalizers"] ?? [])}`;
}

async function pauseUnless(signal: AbortSignal, milliseconds: number): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
