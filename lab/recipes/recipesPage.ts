import type { PointRecord, RecipesData } from "./recipesExperiment.js";

const introduction = `# The documents' recipes, and this project's

Two documents that this project's stacks follow, on a MySQL client behind an egress gateway and on Bookinfo with an external
MongoDB, give manifests to apply. The lab applies them as they stand, on real proxies and against real databases, with nothing
filled in but the servers' names and addresses, and looks from where a client, a neighbour and an attacker would. This is what
they do. The last column says what this project's own output does in the same place, and which observation of the lab shows it.

"direct" and "gateway" say whose address the database saw.
`;

const closing = `## Why

- **Past the gateway.** The recipe limits who sees the route to the gateway, but not who sees the ServiceEntry. Any other
  namespace knows the host, has no route for it, and goes straight there. Here all three objects of a database are exported to
  the same namespaces: its clients' and the gateway's.
- **Any address on the port.** A TCP ServiceEntry without an address listens on every address of its port. Here each database
  has an address of its own, which the sidecar's DNS answers.
- **Handshake packet.** A policy on TCP decides at the client's first byte. MySQL sends its handshake packet before that, so a denied client
  has it already, and holds a connection. Here the gateway's handshake names the clients' service accounts, and the policy repeats them.
- **Connections without a certificate.** Envoy connects to the database as soon as a caller connects to the gateway; the handshake that
  refuses him comes later. Here an EnvoyFilter lets the gateway wait for it. Added to the first recipe as its only change, it is enough.
- **Around the sidecar.** Redirection into the sidecar is a convenience, and no boundary. Here NetworkPolicy lets clients out to
  the gateway only, and the database's own allow-list admits the gateway only.
`;

/** The page on what the documents' recipes do, from a run of the lab. */
export function recipesPage({ points, istioctl }: RecipesData): string {
  const steps = [...new Set(points.map(({ step }) => step))];
  const tables = steps.map((step) => {
    const rows = points.filter((point) => point.step === step);
    return [`## ${step}`, "", ...table(rows), ""].join("\n");
  });
  const ofRecipes = points.filter(({ asItStands }) => asItStands);
  const holes = ofRecipes.filter(({ isMeant }) => !isMeant).length;
  const reported = istioctl.flatMap(({ messages }) =>
    messages.map(({ code, origin, message }) => `${code}, ${origin}: ${message}`),
  );
  const counted = `Of ${ofRecipes.length} observations of the recipes, ${holes} are not what was meant. The access analysis of this project predicts every one of
them from the manifests alone. Of the same manifests \`istioctl analyze\` reports ${inWords([...new Set(reported)])}
`;
  return [introduction, counted, ...tables, closing].join("\n");
}

function inWords(messages: readonly string[]): string {
  if (messages.length === 0) return "nothing.";
  const list = messages.map((message) => `- ${message}`).join("\n");
  return `this:\n\n${list}\n\nThat says of nobody whether he is let in, or where his connection ends.`;
}

function table(points: readonly PointRecord[]): string[] {
  return [
    "| who tries | meant | the recipe, in the lab | what was said | this project |",
    "| --- | --- | --- | --- | --- |",
    ...points.map((point) => {
      const { title, meant, seen, isMeant, said, ours } = point;
      const verdict = isMeant ? seen : `**${seen}**`;
      return `| ${title} | ${meant === "answers" ? "an answer" : "refused"} | ${verdict} | ${said ? `\`${said}\`` : ""} | ${ours} |`;
    }),
  ];
}
