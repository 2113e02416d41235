import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";

import type { V1Container, V1HTTPGetAction, V1Probe } from "@kubernetes/client-node";

import type { ExecResult } from "./container.js";

/** What a probe needs to know of the container it asks. */
export interface ProbeTarget {
  address: string;
  container: V1Container;
  exec(command: string[], timeoutMs: number): Promise<ExecResult>;
}

/** Asks once. The node asks from outside the pod, as the kubelet does, except that `exec` runs in the container. */
export async function probeOnce(probe: V1Probe, target: ProbeTarget): Promise<boolean> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.exec) return (await target.exec(probe.exec.command ?? [], timeoutMs)).exitCode === 0;
  if (probe.httpGet) return httpAnswers(probe.httpGet, target, timeoutMs);
  if (probe.tcpSocket) {
    return portAnswers(probe.tcpSocket.host ?? target.address, port(probe.tcpSocket.port, target), timeoutMs);
  }
  // The health service of gRPC is not asked: that the port is open is what the lab needs to know.
  if (probe.grpc) return portAnswers(target.address, probe.grpc.port, timeoutMs);
  return true;
}

function port(value: string | number, { container }: ProbeTarget): number {
  if (Number(value)) return Number(value);
  const named = container.ports?.find(({ name }) => name === value);
  if (!named) throw new Error(`Container ${container.name} has no port named ${value}.`);
  return named.containerPort;
}

function httpAnswers(action: V1HTTPGetAction, target: ProbeTarget, timeoutMs: number): Promise<boolean> {
  const secure = action.scheme === "HTTPS";
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const options = {
    host: action.host ?? target.address,
    port: port(action.port, target),
    path: action.path ?? "/",
    headers: { "user-agent": "kube-probe/1.35", ...headers },
    timeout: timeoutMs,
    agent: false,
    rejectUnauthorized: false,
  };
  return new Promise((resolve) => {
    const request = (secure ? httpsRequest : httpRequest)(options, (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      resolve(status >= 200 && status < 400);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
    request.end();
  });
}

function portAnswers(host: string, portNumber: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: portNumber, timeout: timeoutMs });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
