import type { Probe } from "./probe.js";

/** A service account reads pods of its namespace, and does nothing else. */
export function mayCall(observation: string, namespace: string, serviceAccount: string): Probe[] {
  const call = (title: string, args: string[], allowed: boolean): Probe => ({
    observation,
    title,
    expected: allowed ? "allowed" : "Forbidden",
    run: async ({ kubectl }) => {
      const as = ["--as", `system:serviceaccount:${namespace}:${serviceAccount}`];
      const refusal = await kubectl([...args, ...as]).then(
        () => undefined,
        (error: unknown) => String((error as { stderr?: string }).stderr ?? error),
      );
      const seen = refusal === undefined ? "allowed" : /Forbidden/.test(refusal) ? "Forbidden" : "failed";
      return { passed: seen === (allowed ? "allowed" : "Forbidden"), seen, evidence: refusal ?? args.join(" ") };
    },
  });
  const here = ["-n", namespace];
  return [
    call(`${serviceAccount} lists the pods of its namespace`, ["get", "pods", ...here], true),
    call(`${serviceAccount} does not read Secrets`, ["get", "secrets", ...here], false),
    call(`${serviceAccount} deletes no pod`, ["delete", "pods", "--all", "--dry-run=server", ...here], false),
    call(`${serviceAccount} lists no pods elsewhere`, ["get", "pods", "-n", "kube-system"], false),
  ];
}
