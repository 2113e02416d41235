/** Host names as Istio matches them: a name is exact, or a wildcard with its star in front. */

export function isWildcard(host: string): boolean {
  return host.startsWith("*");
}

/** Whether either name covers the other. `*.example.com` does not cover `example.com`. */
export function hostsMatch(a: string, b: string): boolean {
  if (isWildcard(a)) {
    if (!isWildcard(b)) return b.endsWith(a.slice(1));
    return a.length < b.length ? b.endsWith(a.slice(1)) : a.endsWith(b.slice(1));
  }
  return isWildcard(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** Whether `a` is covered by `b`. */
export function isSubsetOf(a: string, b: string): boolean {
  if (isWildcard(a)) return isWildcard(b) && a.length >= b.length && a.endsWith(b.slice(1));
  return isWildcard(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** Objects by the host they name, found by the most specific host that covers a name. */
export class HostMap<V> {
  readonly #exact = new Map<string, V>();
  readonly #wildcard = new Map<string, V>();

  get(host: string): V | undefined {
    return (isWildcard(host) ? this.#wildcard : this.#exact).get(host);
  }

  set(host: string, value: V): void {
    (isWildcard(host) ? this.#wildcard : this.#exact).set(host, value);
  }

  mostSpecific(host: string): V | undefined {
    const same = this.get(host);
    if (same !== undefined || this.#wildcard.size === 0) return same;
    const name = isWildcard(host) ? host.slice(1) : host;
    let best: string | undefined;
    for (const candidate of this.#wildcard.keys()) {
      if (name.endsWith(candidate.slice(1)) && (best === undefined || candidate.length > best.length)) best = candidate;
    }
    return best === undefined ? undefined : this.#wildcard.get(best);
  }
}

/** A short name means a Service of the object's own namespace. Names with a dot, wildcards and addresses stay. */
export function resolveShortName(host: string, namespace: string, clusterDomain: string): string {
  // A colon is an address of IPv6, or stands in for a host that a plan does not know yet.
  if (host === "" || host === "*" || host.includes(".") || host.includes(":")) return host;
  return `${host}.${namespace}.svc.${clusterDomain}`;
}
