import { until } from "../host/labHost.js";
import type { Probe } from "../probes/probe.js";
import type { Stage, Who } from "../scenarios/stage.js";
import { buyer, clerk } from "./upgradeSetting.js";

/** Half a certificate's life of 30 s, and what a busy machine takes. */
const renewalLimitSeconds = 30;

interface Certificates {
  certificates?: { cert_chain?: { serial_number?: string; subject_alt_names?: { uri?: string }[] }[] }[];
}

/** Sidecars get a new certificate while one control plane, or two, stand. */
export const renewed: Probe = {
  observation: "c",
  title: "the certificates of both clients' sidecars, which live 30 s",
  expected: `each is renewed within ${renewalLimitSeconds} s`,
  run: async (stage) => {
    const seconds = await Promise.all([buyer, clerk].map((who) => renewalOf(stage, who)));
    return { passed: true, seen: `renewed after ${seconds.map((each) => each.toFixed(0)).join(" and ")} s` };
  },
};

async function renewalOf(stage: Stage, who: Who): Promise<number> {
  const began = performance.now();
  const first = await serialOf(stage, who);
  await until(`a new certificate of ${who.namespace}`, async () => (await serialOf(stage, who)) !== first, {
    timeoutMs: renewalLimitSeconds * 1000,
    intervalMs: 500,
  });
  return (performance.now() - began) / 1000;
}

/** Of the certificate that the sidecar shows to others. */
async function serialOf(stage: Stage, who: Who): Promise<string> {
  const command = ["curl", "-sS", "--max-time", "2", "http://127.0.0.1:15000/certs"];
  const { stdout } = await stage.exec(who, command, { timeoutMs: 3_000 });
  const { certificates = [] } = JSON.parse(stdout) as Certificates;
  const chain = certificates.flatMap(({ cert_chain = [] }) => cert_chain);
  const own = chain.find(({ subject_alt_names = [] }) =>
    subject_alt_names.some(({ uri }) => uri?.startsWith("spiffe://")),
  );
  if (!own?.serial_number) throw new Error(`The sidecar in ${who.namespace} has no certificate.`);
  return own.serial_number;
}
