import { until } from "../host/labHost.js";
import { machineAddresses } from "../outside/outside.js";
import { clients } from "../probes/clients.js";
import type { Probe } from "../probes/probe.js";
import { pointName } from "../scenarios/clusterDns.js";
import type { Stage } from "../scenarios/stage.js";
import { QueryStream } from "./queryStream.js";
import { client, databaseHost } from "./faultsSetting.js";
import { outagesOf, summaryOf } from "./streamReport.js";
import { applicationUser } from "../probes/users.js";

/** The name's TTL is 5 s; the proxy asks again when it is over. */
const followLimitSeconds = 15;

/** The name leads to another machine, as after a failover. */
export const movedDatabase: Probe = {
  observation: "dns",
  title: "the database's name leads to another address, as after a failover",
  expected: `new connections reach it within ${followLimitSeconds} s; old ones stay where they are`,
  run: async (stage) => {
    const stream = await QueryStream.start(stage, client, databaseHost);
    try {
      await pointName(stage, databaseHost, machineAddresses.stock);
      await until("DNS to answer the new address", () => dnsSays(stage, machineAddresses.stock), { timeoutMs: 30_000 });
      const moved = Date.now();
      await until("new connections to follow", async () => (await serverNow(stage)) === "stock", {
        timeoutMs: followLimitSeconds * 1000,
        intervalMs: 200,
      });
      const seconds = (Date.now() - moved) / 1000;
      const { server } = await stream.latest();
      const outages = outagesOf(await stream.stop());
      const old = `the old connection still speaks to ${server}: ${summaryOf(outages)}`;
      return { passed: server === "rds", seen: `new connections after ${seconds.toFixed(1)} s; ${old}` };
    } finally {
      // Nobody waits until the name leads back: to what follows, one of the two servers is as good as the other.
      await stream.stop();
      await pointName(stage, databaseHost);
    }
  },
};

async function dnsSays(stage: Stage, address: string): Promise<boolean> {
  const [pod] = stage.agent.podsOf("kube-system", { "k8s-app": "kube-dns" });
  const command = ["dig", "+short", "+time=1", "+tries=1", `@${pod?.status?.podIP}`, databaseHost];
  const { stdout } = await stage.exec({ namespace: "kube-system", labels: { "k8s-app": "kube-dns" } }, command, {});
  return stdout.trim() === address;
}

/** Which server a connection made now reaches. */
async function serverNow(stage: Stage): Promise<string> {
  const { password, caFile, servers } = stage.outside;
  const settings = { password, caFile, servers, timeoutMs: 2_000 };
  const { command, environment } = clients.mysql({ host: databaseHost, port: 3306 }, settings);
  const { stdout } = await stage.exec(client, command, {
    user: applicationUser,
    timeoutMs: 3_000,
    ...(environment && { environment }),
  });
  return stdout.trim();
}
