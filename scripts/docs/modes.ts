import { writeYaml } from "mesh-access/yaml";
import { databaseEgressManifests } from "../../components/egress/databaseEgress.js";
import { gatewayOf } from "../../components/gateway/gateway.js";
import type { Manifest } from "../../components/manifest.js";
import { istioFacts } from "../../components/mesh/meshFacts.js";
import { databaseProblems } from "../../settings/databaseChecks.js";
import { databaseSchema } from "../../settings/databases.js";
import { gatewaySchema } from "../../settings/gateway.js";
import { SettingsError } from "../../settings/problem.js";
import {
  defaultPorts,
  type Protocol,
  protocols,
  type TrafficMode,
  type TrafficModeFacts,
  trafficModeNames,
  trafficModes,
  whyNot,
} from "../../settings/trafficModes.js";
import { saying } from "./manifestInWords.js";
import { table } from "./markdown.js";

const mesh = istioFacts({ namespace: "istio-system", trustDomain: "cluster.local", dnsCapture: true });
const gateway = gatewayOf(gatewaySchema.parse({}), mesh);
const network = { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/12" };
const factsOf = (mode: TrafficMode): TrafficModeFacts => trafficModes[mode];
const yesOrNo = (value: boolean) => (value ? "yes" : "no");

/** One database in that mode, with one client. */
function example(mode: TrafficMode): Record<string, unknown> & { protocol: Protocol } {
  const { wildcard, needsOwnPort, identity } = factsOf(mode);
  const protocol: Protocol = whyNot(mode, "mysql") ? (whyNot(mode, "mongo") ? "tls" : "mongo") : "mysql";
  return {
    name: "orders",
    host: wildcard ? "*.db.example.com" : "orders.db.example.com",
    protocol,
    trafficMode: mode,
    ...(needsOwnPort ? { gatewayPort: 10_000 + (defaultPorts[protocol] ?? 0) } : {}),
    clients: [{ namespace: "shop", ...(identity ? { serviceAccounts: ["orders"] } : {}) }],
  };
}

/** What a mode is, and the setting that asks for it. */
export function modeFacts(mode: TrafficMode): string {
  const facts = factsOf(mode);
  const carried = protocols.filter((protocol) => !whyNot(mode, protocol));
  return `${facts.summary}

${table(
  ["", ""],
  [
    ["Carries", carried.map((protocol) => `\`${protocol}\``).join(", ")],
    ["Passes the egress gateway", yesOrNo(facts.throughGateway)],
    [
      "Sidecar to gateway",
      facts.throughGateway ? (facts.encryptsHop ? "mutual TLS" : "as the application sends it") : "no such hop",
    ],
    ["Towards the database, encrypted by", encryption[facts.encryptsUpstream]],
    ["Rules by identity", facts.identity ? "in the handshake and by policy" : "none: nobody sees a client certificate"],
    [
      "Databases on one gateway port",
      facts.throughGateway ? (facts.needsOwnPort ? "one" : "many, distinguished by SNI") : "no gateway port",
    ],
    ["Wildcard hosts", yesOrNo(facts.wildcard)],
  ],
)}
\`\`\`yaml
${writeYaml({ "mesh-egress:databases": [example(mode)] }).trim()}
\`\`\``;
}

const encryption = {
  application: "the application",
  gateway: "the gateway",
  "application-may": "the application, if it does",
};

/** What one database in that mode becomes. */
export function modeResources(mode: TrafficMode): string {
  const database = databaseSchema.parse(example(mode));
  const problems = databaseProblems(database, "database", { meshKind: mesh.kind });
  if (problems.length > 0) throw new SettingsError(problems);
  const manifests = databaseEgressManifests({ database, gateway, mesh, network });
  return `The database above becomes, with the gateway in its default place:

${table(
  ["Resource", "Namespace", "Visible to", "What it says"],
  manifests.map((manifest) => [
    `${manifest.kind} \`${manifest.metadata.name}\``,
    `\`${manifest.metadata.namespace}\``,
    visibleTo(manifest),
    saying(manifest),
  ]),
)}
<details><summary>As YAML</summary>

\`\`\`yaml
${manifests.map((manifest) => writeYaml(manifest).trim()).join("\n---\n")}
\`\`\`

</details>`;
}

function visibleTo({ spec }: Manifest): string {
  const names = (spec as { exportTo?: string[] } | undefined)?.exportTo;
  return names?.map((name) => (name === "." ? "its own namespace" : `\`${name}\``)).join(", ") ?? "";
}

/** Every mode in a line, and what each can carry. */
export function modesTable(): string {
  return `${table(
    ["Mode", "In a sentence", "Gateway", "Identity", "Hop encrypted"],
    trafficModeNames.map((mode) => {
      const { summary, throughGateway, identity, encryptsHop } = factsOf(mode);
      return [`[\`${mode}\`](${mode}.md)`, summary, yesOrNo(throughGateway), yesOrNo(identity), yesOrNo(encryptsHop)];
    }),
  )}
What a mode can carry:

${table(
  ["Mode", ...protocols],
  trafficModeNames.map((mode) => [
    `\`${mode}\``,
    ...protocols.map((protocol) =>
      whyNot(mode, protocol) ? (whyNot(mode, protocol, true) ? "–" : "direct negotiation") : "yes",
    ),
  ]),
)}
Why not:

${table(["Protocol", "Modes", "Reason"], refusals())}`;
}

/** Reasons once each, with all modes they hold for. */
function refusals(): string[][] {
  return protocols.flatMap((protocol) => {
    const byReason = new Map<string, TrafficMode[]>();
    for (const mode of trafficModeNames) {
      const reason = whyNot(mode, protocol);
      if (reason) byReason.set(reason, [...(byReason.get(reason) ?? []), mode]);
    }
    return [...byReason].map(([reason, modes]) => [
      `\`${protocol}\``,
      modes.map((mode) => `\`${mode}\``).join(", "),
      `${reason}.`,
    ]);
  });
}
