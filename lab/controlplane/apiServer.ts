import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { addresses, nodeName, type LabHost, type LabProcess } from "../host/labHost.js";
import type { CertificateAuthority } from "../host/certificates.js";
import { etcdUrl } from "./etcd.js";
import { apiPort } from "./kubeconfig.js";

export const serviceAccountIssuer = "https://kubernetes.default.svc.cluster.local";

/** Where an API server listens and keeps its objects, and by which names it is dialled. */
export interface Serving {
  /** Name of the process. @default "kube-apiserver" */
  process: string;
  /** @default 6443 */
  port: number;
  /** Prefix of its keys in the store, which another API server may use too. @default "/registry" */
  prefix: string;
  /** Names and addresses beside its own. @default none */
  hosts: readonly string[];
}

const serving: Serving = { process: "kube-apiserver", port: apiPort, prefix: "/registry", hosts: [] };

/** The API server, which a fault probe may stop and start again. */
export class ApiServer {
  #process: LabProcess | undefined;

  private constructor(
    private readonly host: LabHost,
    private readonly flags: readonly string[],
    private readonly ca: Buffer,
    /** The private key of service account tokens, which the controller manager signs with. */
    readonly serviceAccountKeyFile: string,
    private readonly at: Serving,
  ) {}

  static async prepare(
    host: LabHost,
    authority: CertificateAuthority,
    folder: string,
    tokenFile: string,
    at: Serving = serving,
  ): Promise<ApiServer> {
    const serviceName = [
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
    ];
    const own = [...serviceName, nodeName, "localhost", "127.0.0.1", addresses.node, addresses.kubernetesService];
    const { certFile, keyFile } = await authority.issue(at.process, [...own, ...at.hosts]);
    const signingKey = join(folder, "service-accounts.key");
    await writeFile(signingKey, serviceAccountKey(), { mode: 0o600 });
    const flags = [
      `--etcd-servers=${etcdUrl}`,
      `--etcd-prefix=${at.prefix}`,
      // Not at every address: endpoints of invented clouds listen on the same port of theirs.
      `--bind-address=${addresses.node}`,
      `--secure-port=${at.port}`,
      `--advertise-address=${addresses.node}`,
      `--tls-cert-file=${certFile}`,
      `--tls-private-key-file=${keyFile}`,
      `--token-auth-file=${tokenFile}`,
      "--authorization-mode=RBAC",
      `--service-cluster-ip-range=${addresses.services}`,
      `--service-account-issuer=${serviceAccountIssuer}`,
      `--service-account-key-file=${signingKey}`,
      `--service-account-signing-key-file=${signingKey}`,
      `--api-audiences=${serviceAccountIssuer},istio-ca`, // proxies prove themselves to istiod with the second
      "--allow-privileged=true",
      "--enable-aggregator-routing=true", // webhooks are called at their pods, without a detour by the Service's address
      // The node controller, which would take the taint of a new node away again, does not run: the lab has no kubelet to report.
      "--disable-admission-plugins=TaintNodesByCondition",
      "--profiling=false",
    ];
    return new ApiServer(host, flags, await readFile(authority.certificate.certFile), signingKey, at);
  }

  /** Starts it and waits until it serves. */
  async start(): Promise<void> {
    const program = this.host.servers.programs["kube-apiserver"];
    const started = this.host.processes.start(this.at.process, program, this.flags);
    this.#process = started;
    await started.ready(async () => (await this.statusOf("/readyz")) === 200, 60_000);
  }

  /** Stops it; the rest of the control plane stays and reconnects later. An orderly stop waits for the watches of others: not long. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.#process?.stop({ signal, graceMs: 3_000 });
  }

  private statusOf(path: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const request = get(
        `https://${addresses.node}:${this.at.port}${path}`,
        { ca: this.ca, agent: false, timeout: 5_000 },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.once("timeout", () => request.destroy(new Error("no answer in 5 s")));
      request.once("error", reject);
    });
  }
}

function serviceAccountKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}
