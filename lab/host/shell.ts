import { execa } from "execa";
import { progressLine } from "../servers/servers.js";
import { runInLabHost } from "./labHost.js";

// `npx tsx lab/host/shell.ts [-- command ...]`: a shell, or one command, on a lab host with a control plane.
await runInLabHost(
  async (host) => {
    const { startControlPlane } = await import("../controlplane/controlPlane.js");
    const controlPlane = await startControlPlane(host, { progress: (line) => console.error(line) });
    const [command = "bash", ...args] = process.argv.slice(process.argv[2] === "--" ? 3 : 2);
    const run = await execa(command, args, {
      stdio: "inherit",
      reject: false,
      env: { KUBECONFIG: controlPlane.kubeconfigPath },
    });
    return run.exitCode ?? 1;
  },
  (step) => console.error(progressLine(step)),
);
