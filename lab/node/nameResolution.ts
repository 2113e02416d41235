import type { V1Pod } from "@kubernetes/client-node";

/** What a pod's `/etc/resolv.conf` says, by its DNS policy; undefined leaves the node's own in place. */
export function resolvConf(pod: V1Pod, dns: { service?: string; domain: string }): string | undefined {
  const policy = pod.spec?.dnsPolicy ?? "ClusterFirst";
  const inCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !pod.spec?.hostNetwork);
  const own = pod.spec?.dnsConfig;
  if (policy === "None") return lines(own?.nameservers, own?.searches, own?.options?.map(option));
  if (!inCluster || !dns.service) return undefined;
  const searches = [`${pod.metadata?.namespace}.svc.${dns.domain}`, `svc.${dns.domain}`, dns.domain];
  return lines(
    [dns.service, ...(own?.nameservers ?? [])],
    [...searches, ...(own?.searches ?? [])],
    ["ndots:5", ...(own?.options ?? []).map(option)],
  );
}

/** A pod's `/etc/hosts`: itself, and the aliases its spec asks for. */
export function hostsFile(pod: V1Pod, address: string): string {
  const aliases = (pod.spec?.hostAliases ?? []).map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join("\t")}`);
  const hostname = pod.spec?.hostname ?? pod.metadata?.name;
  return ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost", `${address}\t${hostname}`, ...aliases, ""].join("\n");
}

function option({ name, value }: { name?: string; value?: string }): string {
  return value === undefined ? String(name) : `${name}:${value}`;
}

function lines(nameservers: string[] = [], searches: string[] = [], options: string[] = []): string {
  return [
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(searches.length ? [`search ${searches.join(" ")}`] : []),
    ...(options.length ? [`options ${options.join(" ")}`] : []),
    "",
  ].join("\n");
}
