import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import service from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";

/** What starts a Node program for the engine; the SDK brings it, only the language host in front of it is the CLI's. */
const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run");

/** A stand-in for the CLI's language host, for `PULUMI_DEBUG_LANGUAGES=nodejs:<port>`. */
export interface LanguageHost {
  port: number;
  close(): void;
}

type RunCall = grpc.ServerUnaryCall<
  InstanceType<typeof messages.RunRequest>,
  InstanceType<typeof messages.RunResponse>
>;

/**
 * Serves the part of Pulumi's language protocol that `preview` and `up` of an installed Node program ask for. The program
 * is started as Pulumi.yaml says, in a process of its own.
 */
export async function startLanguageHost(): Promise<LanguageHost> {
  let engine = "";
  const nothing =
    <T>(make: () => T) =>
    (_call: unknown, callback: grpc.sendUnaryData<T>) =>
      callback(null, make());
  const server = new grpc.Server();
  server.addService(service.LanguageRuntimeService as grpc.ServiceDefinition, {
    handshake: (call: { request: { getEngineAddress(): string } }, callback: grpc.sendUnaryData<unknown>) => {
      engine = call.request.getEngineAddress();
      callback(null, new messages.LanguageHandshakeResponse());
    },
    getPluginInfo: nothing(() => new plugin.PluginInfo()),
    getRequiredPlugins: nothing(() => new messages.GetRequiredPluginsResponse()),
    getRequiredPackages: nothing(() => new messages.GetRequiredPackagesResponse()),
    cancel: nothing(() => new empty.Empty()),
    run: (call: RunCall, callback: grpc.sendUnaryData<unknown>) => {
      void runProgram(call.request, engine).then(({ code, output }) => {
        const response = new messages.RunResponse();
        response.setBail(code === saidWhy);
        response.setError(code === 0 || code === saidWhy ? "" : `program ended with ${code}: ${output}`);
        callback(null, response);
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

/** The exit code by which the SDK says that it has told the engine why the program ended; the CLI's language host adds no more. */
const saidWhy = 32;

/** Runs the program to its end. */
function runProgram(request: RunCall["request"], engine: string): Promise<{ code: number | null; output: string }> {
  const options = request.getInfo()?.getOptions()?.toJavaScript() as { nodeargs?: string } | undefined;
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const entry = request.getInfo()?.getEntryPoint() ?? ".";
  const args = [
    ...(options?.nodeargs?.split(" ") ?? []),
    runner,
    ...Object.entries(flags).flatMap(([flag, value]) => (value ? [`--${flag}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    entry,
  ];
  const config = Object.fromEntries(request.getConfigMap().entries());
  const program = spawn(process.execPath, args, {
    cwd: request.getPwd(),
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: "false",
    },
  });
  let output = "";
  program.stdout.on("data", (text) => (output += String(text)));
  program.stderr.on("data", (text) => (output += String(text)));
  return new Promise((resolve) => program.on("close", (code) => resolve({ code, output })));
}
