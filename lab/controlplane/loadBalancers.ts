import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  type V1LoadBalancerIngress,
  type V1Service,
} from "@kubernetes/client-node";
import type { LabHost } from "../host/labHost.js";
import { addresses } from "../host/labHost.js";

const relistAfterMs = 300;

/**
 * Gives each Service of type LoadBalancer an address, as a cloud's controller does; kube-proxy does the rest. A Service
 * that is no longer of that type loses it.
 */
export async function startLoadBalancers(host: LabHost, kubeconfigPath: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const core = config.makeApiClient(CoreV1Api);
  const free = new FreeAddresses(addresses.loadBalancers);
  let isStopped = false;
  const informer = makeInformer<V1Service>(config, "/api/v1/services", () => core.listServiceForAllNamespaces());
  const give = (service: V1Service): void => {
    const ingress = free.balance(service);
    if (!ingress) return;
    const { name = "", namespace = "" } = service.metadata ?? {};
    const body = [{ op: "add", path: "/status/loadBalancer", value: { ingress } }];
    // A Service that is gone, or changed meanwhile, is heard of again.
    core.patchNamespacedServiceStatus({ name, namespace, body }).catch(() => undefined);
  };
  informer.on("add", give);
  informer.on("update", give);
  informer.on("delete", (service) => free.release(service));
  informer.on("error", () => {
    if (!isStopped) setTimeout(() => void informer.start(), relistAfterMs); // the API server may be restarting
  });
  host.onClose(async () => {
    isStopped = true;
    await informer.stop();
  });
  await informer.start();
}

/** Addresses of one block, each for one Service. */
export class FreeAddresses {
  private readonly taken = new Map<string, string>();
  private readonly prefix: string;

  /** @param block a /24 */
  constructor(block: string) {
    this.prefix = block.slice(0, block.lastIndexOf(".") + 1);
  }

  /** What the Service's status has to become; undefined where it is as it must be. */
  balance(service: V1Service): V1LoadBalancerIngress[] | undefined {
    const standing = service.status?.loadBalancer?.ingress ?? [];
    if (service.spec?.type !== "LoadBalancer") {
      this.release(service);
      return standing.length > 0 ? [] : undefined;
    }
    const ip = this.addressOf(service);
    return standing.length === 1 && standing[0]?.ip === ip ? undefined : [{ ip }];
  }

  release(service: V1Service): void {
    this.taken.delete(uidOf(service));
  }

  private addressOf(service: V1Service): string {
    const taken = new Set(this.taken.values());
    const hosts = Array.from({ length: 254 }, (_, index) => `${this.prefix}${index + 1}`);
    const ip = this.taken.get(uidOf(service)) ?? hosts.find((host) => !taken.has(host));
    if (!ip) throw new Error(`Every address of ${this.prefix}0/24 is in use.`);
    this.taken.set(uidOf(service), ip);
    return ip;
  }
}

function uidOf({ metadata }: V1Service): string {
  return metadata?.uid ?? "";
}
