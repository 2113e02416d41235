/**
 * Minor versions of Kubernetes, after `1.`, that a minor version of Istio supports: the first and the last. A version that
 * is not here is not checked.
 *
 * Source: https://istio.io/latest/docs/releases/supported-releases/#support-status-of-istio-releases
 */
const supported: Record<string, [first: number, last: number]> = {
  "1.28": [30, 34],
  "1.29": [31, 35],
  "1.31": [32, 37],
};

/** Why a version of Istio does not fit one of Kubernetes; undefined where it does, or where nobody knows. */
export function istioMisfit(istio: string, kubernetes: string): string | undefined {
  const range = supported[/^1\.\d+/.exec(istio)?.[0] ?? ""];
  const minor = /^v?1\.(\d+)/.exec(kubernetes)?.[1];
  if (!range || minor === undefined) return undefined;
  const [first, last] = range;
  return Number(minor) >= first && Number(minor) <= last
    ? undefined
    : `supports Kubernetes 1.${first} to 1.${last}, and the cluster's is ${kubernetes}`;
}
