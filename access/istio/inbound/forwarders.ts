import { message, type Message } from "../../messages/index.js";
import type { Evidence, KubernetesObject, Workload, ObjectIndex } from "../../model/model.js";
import { evidence } from "../evidence.js";
import type { ProxyPatches } from "../config/filters.js";
import { hostsMatch } from "../registry/hostname.js";

/** What a forwarder on a gateway's loopback interface lets through: the names of the inner SNI. */
export interface LoopbackForwarder {
  names: readonly string[];
  because: Evidence;
}

/** Finds who listens on a loopback port of a gateway's pods: a listener an EnvoyFilter adds, or NGINX reading the SNI. */
export class Forwarders {
  constructor(
    private readonly world: ObjectIndex,
    private readonly patches: ProxyPatches,
  ) {}

  find(workload: Workload, port: number): LoopbackForwarder | undefined {
    return this.#added(workload, port) ?? this.#nginx(workload, port);
  }

  #added(workload: Workload, port: number): LoopbackForwarder | undefined {
    for (const { object, value, field } of this.patches.addedListeners(workload)) {
      const listener = value as AddedListener;
      const address = listener.address?.socket_address;
      if (address?.port_value !== port || address.address !== "127.0.0.1") continue;
      const names = (listener.filter_chains ?? []).flatMap((chain) => {
        const reads = (chain.filters ?? []).some(({ name }) => name?.endsWith("sni_dynamic_forward_proxy"));
        return reads ? (chain.filter_chain_match?.server_names ?? ["*"]) : [];
      });
      if (names.length === 0) continue;
      return { names, because: evidence(object, field, forwards(names)) };
    }
    return undefined;
  }

  /** NGINX's configuration, from a ConfigMap that the gateway's pods mount. */
  #nginx(workload: Workload, port: number): LoopbackForwarder | undefined {
    const mounted = mountedConfigMaps(workload.object);
    for (const object of this.world.inNamespace("ConfigMap", workload.namespace)) {
      if (!mounted.has(object.metadata.name)) continue;
      for (const [key, text] of Object.entries((object.data ?? {}) as Record<string, string>)) {
        const names = prereadNames(text, port);
        if (names) return { names, because: evidence(object, `data[${key}]`, forwards(names)) };
      }
    }
    return undefined;
  }
}

interface AddedListener {
  address?: { socket_address?: { address?: string; port_value?: number } };
  filter_chains?: { filter_chain_match?: { server_names?: string[] }; filters?: { name?: string }[] }[];
}

function forwards(names: readonly string[]): Message {
  return message("forwards-by-sni", { names });
}

function mountedConfigMaps(object: KubernetesObject): Set<string> {
  const spec = (object.spec ?? {}) as { template?: { spec?: { volumes?: { configMap?: { name?: string } }[] } } };
  return new Set((spec.template?.spec?.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []));
}

/** The names a server block on this port passes on by `ssl_preread`; undefined when there is no such block. */
function prereadNames(text: string, port: number): string[] | undefined {
  for (const [, block = ""] of text.matchAll(/server\s*\{([^}]*)\}/g)) {
    if (!new RegExp(`listen\\s+127\\.0\\.0\\.1:${port}\\s*;`).test(block) || !/ssl_preread\s+on\s*;/.test(block))
      continue;
    const target = /proxy_pass\s+\$(\w+)/.exec(block)?.[1];
    if (target === "ssl_preread_server_name") return ["*"];
    const map = new RegExp(`map\\s+\\$ssl_preread_server_name\\s+\\$${target ?? ""}\\s*\\{([^}]*)\\}`).exec(text)?.[1];
    if (map === undefined) return undefined;
    return [...map.matchAll(/^\s*(\S+)\s+\$ssl_preread_server_name/gm)].map(([, name = ""]) =>
      name === "default" ? "*" : name,
    );
  }
  return undefined;
}

/** Whether a forwarder passes a name on. */
export function passes({ names }: LoopbackForwarder, sni: string): boolean {
  return names.some((name) => hostsMatch(name, sni));
}
