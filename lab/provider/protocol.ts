import * as grpc from "@grpc/grpc-js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import { changes, isObject, pathText, unknown, type ChangeKind, type Properties } from "./properties.js";
import { NotReadyError, type Difference, type ResourceType } from "./resource.js";

/** What a configured instance of a provider answers with. */
export interface ProviderSession {
  /** The implementation of a resource type; throws when there is none. */
  typeFor(type: string): ResourceType;
  /** Answers a function of the provider's package. Without it every function is refused. */
  invoke?(token: string, args: Properties): Promise<Properties>;
}

export interface ProviderDefinition {
  /** 0 takes a free port. */
  port: number;
  configure(settings: Properties): Promise<ProviderSession>;
  /** Names of the settings because of which the provider, with all its resources, is replaced. */
  replacedBy?(before: Properties, after: Properties): string[];
}

export interface RunningProvider {
  port: number;
  close(): Promise<void>;
}

/** Serves Pulumi's resource provider protocol on loopback, for the engine to attach to. */
export async function serveProvider(definition: ProviderDefinition): Promise<RunningProvider> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(service.ResourceProviderService, methods(definition));
  const port = await new Promise<number>((resolve, reject) => {
    const address = `127.0.0.1:${definition.port}`;
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port, close: async () => server.forceShutdown() };
}

/** The engine opens a connection per provider instance, so the connection tells which configuration a call is for. */
function methods(definition: ProviderDefinition): grpc.UntypedServiceImplementation {
  const sessions = new Map<string, ProviderSession>();
  const running = new Map<string, Set<AbortController>>();

  /** Runs a call with a signal that ends it when the engine goes away or cancels. */
  const serve =
    <Request, Response>(
      answer: (
        request: Request,
        session: () => ProviderSession,
        signal: AbortSignal,
        peer: string,
      ) => Promise<Response>,
    ) =>
    (call: grpc.ServerUnaryCall<Request, Response>, callback: grpc.sendUnaryData<Response>) => {
      const peer = call.getPeer();
      const session = () => {
        const known = sessions.get(peer);
        if (!known) throw new Error("The provider has not been configured on this connection.");
        return known;
      };
      const abort = new AbortController();
      const calls = running.get(peer) ?? new Set();
      running.set(peer, calls.add(abort));
      call.on("cancelled", () => abort.abort());
      answer(call.request, session, abort.signal, peer)
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(errorStatus(error)),
        )
        .finally(() => calls.delete(abort));
    };

  const noAnswer = async () => new empty.Empty();
  return {
    // Secrets arrive marked, so that they leave marked; references to other resources arrive as plain values.
    handshake: serve(async () => new messages.ProviderHandshakeResponse().setAcceptSecrets(true)),
    attach: serve(noAnswer),
    getPluginInfo: serve(async () => new plugin.PluginInfo()),
    checkConfig: serve(checkConfig),
    diffConfig: serve((request: Message<"DiffRequest">) => diffConfig(definition, request)),
    configure: serve(async (request: Message<"ConfigureRequest">, _session, _signal, peer) => {
      sessions.set(peer, await definition.configure(settingsOf(request)));
      return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    cancel: serve(async (_request, _session, _signal, peer) => {
      for (const call of running.get(peer) ?? []) call.abort();
      return new empty.Empty();
    }),
    invoke: serve(invoke),
    check: serve(check),
    diff: serve(diff),
    create: serve(create),
    read: serve(read),
    update: serve(update),
    delete: serve(remove),
    call: serve(unimplemented),
    construct: serve(unimplemented),
    parameterize: serve(unimplemented),
    getSchema: serve(unimplemented),
    getMapping: serve(unimplemented),
    getMappings: serve(unimplemented),
    list: serve(unimplemented),
  };
}

type Message<Name extends keyof typeof messages> = (typeof messages)[Name] extends new () => infer Instance
  ? Instance
  : never;
type Session = () => ProviderSession;

async function unimplemented(): Promise<never> {
  throw Object.assign(new Error("The provider does not offer this."), { code: grpc.status.UNIMPLEMENTED });
}

async function checkConfig(request: Message<"CheckRequest">): Promise<Message<"CheckResponse">> {
  return new messages.CheckResponse().setInputs(request.getNews());
}

async function diffConfig(definition: ProviderDefinition, request: Message<"DiffRequest">) {
  const [before, after] = [plain(request.getOldInputs()), plain(request.getNews())];
  const replaces = definition.replacedBy?.(before, after) ?? [];
  const changed = changes(before, after).map((change) => ({
    ...change,
    replaces: replaces.includes(String(change.path[0])),
  }));
  return diffResponse({ changes: changed, deleteBeforeReplace: false }, []);
}

async function invoke(request: Message<"InvokeRequest">, session: Session): Promise<Message<"InvokeResponse">> {
  const { invoke } = session();
  if (!invoke) {
    throw new Error(
      `The lab's provider has no function ${request.getTok()}. Install the official provider plug-in to use it.`,
    );
  }
  return new messages.InvokeResponse().setReturn(wire(await invoke(request.getTok(), plain(request.getArgs()))));
}

async function check(request: Message<"CheckRequest">, session: Session): Promise<Message<"CheckResponse">> {
  const inputs = await session()
    .typeFor(request.getType())
    .check({
      type: request.getType(),
      logicalName: request.getName(),
      oldInputs: plain(request.getOlds()),
      newInputs: plain(request.getNews()),
    });
  return new messages.CheckResponse().setInputs(wire(inputs));
}

async function diff(request: Message<"DiffRequest">, session: Session): Promise<Message<"DiffResponse">> {
  const difference = await session()
    .typeFor(request.getType())
    .diff({
      oldInputs: plain(request.getOldInputs()),
      newInputs: plain(request.getNews()),
    });
  return diffResponse(difference, request.getIgnorechangesList());
}

async function create(request: Message<"CreateRequest">, session: Session, signal: AbortSignal) {
  const { id, outputs } = await session()
    .typeFor(request.getType())
    .create({
      type: request.getType(),
      urn: request.getUrn(),
      timeoutSeconds: request.getTimeout(),
      signal,
      inputs: plain(request.getProperties()),
      preview: request.getPreview(),
    });
  return new messages.CreateResponse().setId(id).setProperties(wire(outputs));
}

async function read(request: Message<"ReadRequest">, session: Session): Promise<Message<"ReadResponse">> {
  const found = await session()
    .typeFor(request.getType())
    .read({
      type: request.getType(),
      id: request.getId(),
      urn: request.getUrn(),
      inputs: plain(request.getInputs()),
      outputs: plain(request.getProperties()),
    });
  const response = new messages.ReadResponse();
  if (!found) return response; // an empty id says that the resource is gone
  return response.setId(found.id).setInputs(wire(found.inputs)).setProperties(wire(found.outputs));
}

async function update(request: Message<"UpdateRequest">, session: Session, signal: AbortSignal) {
  const outputs = await session()
    .typeFor(request.getType())
    .update({
      type: request.getType(),
      urn: request.getUrn(),
      id: request.getId(),
      timeoutSeconds: request.getTimeout(),
      signal,
      oldInputs: plain(request.getOldInputs()),
      oldOutputs: plain(request.getOlds()),
      newInputs: plain(request.getNews()),
      preview: request.getPreview(),
    });
  return new messages.UpdateResponse().setProperties(wire(outputs));
}

async function remove(request: Message<"DeleteRequest">, session: Session, signal: AbortSignal) {
  await session()
    .typeFor(request.getType())
    .delete({
      type: request.getType(),
      urn: request.getUrn(),
      id: request.getId(),
      timeoutSeconds: request.getTimeout(),
      signal,
      inputs: plain(request.getOldInputs()),
      outputs: plain(request.getProperties()),
    });
  return new empty.Empty();
}

function settingsOf(request: Message<"ConfigureRequest">): Properties {
  const settings = Object.entries(plain(request.getArgs())).filter(([, value]) => value !== unknown);
  return Object.fromEntries(settings);
}

const kinds: Record<ChangeKind, [changed: number, replaced: number]> = {
  add: [messages.PropertyDiff.Kind.ADD, messages.PropertyDiff.Kind.ADD_REPLACE],
  delete: [messages.PropertyDiff.Kind.DELETE, messages.PropertyDiff.Kind.DELETE_REPLACE],
  update: [messages.PropertyDiff.Kind.UPDATE, messages.PropertyDiff.Kind.UPDATE_REPLACE],
};

function diffResponse(difference: Difference, ignored: string[]): Message<"DiffResponse"> {
  const response = new messages.DiffResponse();
  const changed = difference.changes.filter(({ path }) => !isIgnored(pathText(path), ignored));
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(difference.deleteBeforeReplace && changed.some(({ replaces }) => replaces));
  for (const { path, kind, replaces } of changed) {
    const entry = new messages.PropertyDiff().setInputdiff(true).setKind(kinds[kind][replaces ? 1 : 0]);
    response.getDetaileddiffMap().set(pathText(path), entry);
    if (replaces) response.addReplaces(String(path[0]));
  }
  response.setDiffsList([...new Set(changed.map(({ path }) => String(path[0])))]);
  return response;
}

function isIgnored(path: string, ignored: string[]): boolean {
  return ignored.some((prefix) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`));
}

function plain(properties: { toJavaScript(): unknown } | undefined): Properties {
  const value = properties?.toJavaScript();
  return isObject(value) ? value : {};
}

function wire(properties: Properties): InstanceType<typeof struct.Struct> {
  return struct.Struct.fromJavaScript(properties as { [key: string]: JavaScriptValue });
}

/** An error as the engine reads it. A resource that exists but is not ready travels along, so that it is not lost. */
function errorStatus(error: unknown): Partial<grpc.StatusObject> {
  if (!(error instanceof NotReadyError)) {
    const { code, message } = error as { code?: unknown; message: string };
    return { code: typeof code === "number" ? code : grpc.status.UNKNOWN, details: message };
  }
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(wire(error.outputs));
  detail.setInputs(wire(error.inputs));
  detail.setReasonsList([error.reason]);
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const full = new status.Status();
  full.setCode(grpc.status.UNKNOWN);
  full.setMessage(error.message);
  full.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(full.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
