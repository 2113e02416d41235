import { execa } from "execa";
import { analyse } from "mesh-access";
import { loadManifests } from "mesh-access/input";
import { canonical, storedFacts, type StoredFacts } from "./storedFacts.js";

/** The release whose test folders are compared; the Go module proxy has it. */
const release = "github.com/np-guard/netpol-analyzer@v1.4.4";

type Kind = "agree" | "host network" | "unknown here" | "differ";

interface Score {
  name: string;
  /** It has policies of cluster administrators. */
  admin: boolean;
  pairs: Record<Kind, number>;
}

/** Compares every pair of one folder on every port. */
async function compare({ name, manifests, allowed }: StoredFacts): Promise<Score> {
  const read = await loadManifests([manifests]);
  const { connections } = analyse(read, { policyEngine: "calico" });
  const score: Score = {
    name,
    admin: read.objects.some(({ kind }) => kind.endsWith("AdminNetworkPolicy")),
    pairs: { agree: 0, "host network": 0, "unknown here": 0, differ: 0 },
  };
  const workloads = connections.ends.flatMap((end, place) =>
    end.kind === "workload" ? { place, workload: end.workload, names: namesOf(end.workload) } : [],
  );
  for (const from of workloads)
    for (const to of workloads) {
      const found = connections.at(from.place, to.place);
      if (!found) continue;
      const stored =
        from.names.flatMap((one) => to.names.flatMap((other) => allowed.get(`${one} ${other}`) ?? []))[0] ?? "";
      const { open, unknown } = found.network;
      const agrees = canonical(String(open)) === stored;
      const hosted = from.workload.hostNetwork || to.workload.hostNetwork;
      const kind =
        agrees && unknown.isEmpty ? "agree" : hosted ? "host network" : unknown.isEmpty ? "differ" : "unknown here";
      score.pairs[kind]++;
    }
  return score;
}

/** Pods of a ReplicaSet that is not in the input stand for its Deployment here, and for itself there. */
function namesOf({
  namespace,
  name,
  pods,
}: {
  namespace: string;
  name: string;
  pods: readonly { labels: Readonly<Record<string, string>> }[];
}): string[] {
  const hashes = pods.flatMap(({ labels }) => labels["pod-template-hash"] ?? []);
  return [name, ...hashes.map((hash) => `${name}-${hash}`)].map((one) => `${namespace}/${one}`);
}

/** The release's folder, or another checkout that the command line names. */
async function moduleFolder(): Promise<string> {
  const [checkout] = process.argv.slice(2);
  if (checkout) return checkout;
  const { stdout } = await execa("go", ["mod", "download", "-json", release]);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

const scores: Score[] = [];
for (const facts of storedFacts(await moduleFolder())) scores.push(await compare(facts));
const kinds: Kind[] = ["agree", "host network", "unknown here", "differ"];
for (const [title, some] of [
  ["with policies of administrators", scores.filter(({ admin }) => admin)],
  ["with NetworkPolicies alone", scores.filter(({ admin }) => !admin)],
] as const) {
  const sums = kinds.map((kind) => `${kind} ${some.reduce((sum, { pairs }) => sum + pairs[kind], 0)}`);
  const whole = some.filter(({ pairs }) => pairs["host network"] + pairs["unknown here"] + pairs.differ === 0);
  console.log(`${some.length} folders ${title}: ${whole.length} agree in every pair; pairs: ${sums.join(", ")}`);
}
for (const { name, pairs } of scores)
  if (pairs.differ + pairs["unknown here"] > 0)
    console.log(`${name}: differ ${pairs.differ}, unknown here ${pairs["unknown here"]}`);
if (scores.some(({ pairs }) => pairs.differ > 0)) process.exitCode = 1;
