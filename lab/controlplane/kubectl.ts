import { execa } from "execa";
import type { LabHost } from "../host/labHost.js";

/** Runs kubectl as the cluster's administrator; `object` goes to its standard input. Returns what it prints. */
export type Kubectl = (args: readonly string[], object?: object) => Promise<string>;

export function kubectlFor(host: LabHost, kubeconfig: string): Kubectl {
  return async (args, object) => {
    const { stdout } = await execa(host.servers.programs.kubectl, args, {
      env: { KUBECONFIG: kubeconfig },
      ...(object && { input: JSON.stringify(object) }),
    });
    return stdout;
  };
}
