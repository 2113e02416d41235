import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { secret, unknown, type Properties } from "../../provider/properties.js";
import { serveProvider, type RunningProvider } from "../../provider/protocol.js";
import { NotReadyError, type ResourceType } from "../../provider/resource.js";

/** A resource type that changes nothing and remembers what it was asked. */
class Echo implements ResourceType {
  readonly asked: unknown[] = [];
  async check({ newInputs }: { newInputs: Properties }) {
    return newInputs;
  }
  async diff() {
    const change = { path: ["metadata", "name"], kind: "update" as const, replaces: true };
    return { changes: [change, { path: ["spec"], kind: "add" as const, replaces: false }], deleteBeforeReplace: true };
  }
  async create({ inputs }: { inputs: Properties }) {
    this.asked.push(inputs);
    if (inputs["broken"]) throw new NotReadyError("half", inputs, inputs, "it never came up");
    return { id: "one", outputs: inputs };
  }
  async read() {
    return undefined;
  }
  async update({ newInputs }: { newInputs: Properties }) {
    return newInputs;
  }
  async delete() {
    // Nothing to delete.
  }
}

function wire(properties: Properties): InstanceType<typeof struct.Struct> {
  return struct.Struct.fromJavaScript(properties as Parameters<typeof struct.Struct.fromJavaScript>[0]);
}

describe("the resource provider protocol", () => {
  const echo = new Echo();
  const configured: Properties[] = [];
  let provider: RunningProvider;
  let client: InstanceType<typeof service.ResourceProviderClient>;

  before(async () => {
    const configure = async (settings: Properties) => {
      configured.push(settings);
      return { typeFor: () => echo };
    };
    provider = await serveProvider({ port: 0, configure });
    client = new service.ResourceProviderClient(`127.0.0.1:${provider.port}`, grpc.credentials.createInsecure());
    const request = new messages.ConfigureRequest().setArgs(wire({ kubeconfig: secret("k"), namespace: unknown }));
    await new Promise((resolve, reject) =>
      client.configure(request, (error, done) => (error ? reject(error) : resolve(done))),
    );
  });
  after(async () => {
    client.close();
    await provider.close();
  });

  it("configures without the settings that are not known yet", () => {
    assert.deepEqual(configured, [{ kubeconfig: secret("k") }]);
  });

  it("hands secrets on and back as secrets", async () => {
    const inputs = { data: secret({ password: "x" }) };
    const request = new messages.CreateRequest().setType("t").setProperties(wire(inputs));
    const response = await new Promise<InstanceType<typeof messages.CreateResponse>>((resolve, reject) =>
      client.create(request, (error, done) => (error ? reject(error) : resolve(done))),
    );
    assert.equal(response.getId(), "one");
    assert.deepEqual(response.getProperties()?.toJavaScript(), inputs);
    assert.deepEqual(echo.asked.at(-1), inputs);
  });

  it("tells a replacement property by property, without what the program ignores", async () => {
    const request = new messages.DiffRequest().setIgnorechangesList(["spec"]);
    const response = await new Promise<InstanceType<typeof messages.DiffResponse>>((resolve, reject) =>
      client.diff(request, (error, done) => (error ? reject(error) : resolve(done))),
    );
    assert.deepEqual(response.toObject().detaileddiffMap, [
      ["metadata.name", { kind: messages.PropertyDiff.Kind.UPDATE_REPLACE, inputdiff: true }],
    ]);
    assert.equal(response.getDeletebeforereplace(), true);
  });

  it("reports a resource that is gone by an empty id", async () => {
    const response = await new Promise<InstanceType<typeof messages.ReadResponse>>((resolve, reject) =>
      client.read(new messages.ReadRequest().setId("one"), (error, done) => (error ? reject(error) : resolve(done))),
    );
    assert.equal(response.getId(), "");
  });

  it("does not lose a resource that exists but is not ready", async () => {
    const request = new messages.CreateRequest().setProperties(wire({ broken: true }));
    const error = await new Promise<grpc.ServiceError | null>((resolve) =>
      client.create(request, (failure) => resolve(failure)),
    );
    assert.equal(error?.details, "it never came up");
    const details = Buffer.concat((error?.metadata.get("grpc-status-details-bin") ?? []) as Buffer[]).toString(
      "latin1",
    );
    assert.match(details, /pulumirpc.ErrorResourceInitFailed/);
    assert.match(details, /half/);
  });

  it("refuses a function it does not have, and says what to do", async () => {
    const request = new messages.InvokeRequest().setTok("kubernetes:yaml:decode");
    const error = await new Promise<grpc.ServiceError | null>((resolve) =>
      client.invoke(request, (failure) => resolve(failure)),
    );
    assert.match(error?.details ?? "", /no function kubernetes:yaml:decode\. Install the official provider/);
  });
});
