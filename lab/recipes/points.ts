import { handshakeFirst } from "../../components/gateway/handshakeFirst.js";
import type { Manifest } from "../../components/manifest.js";
import type { Tried } from "../agreement/compare.js";
import type { Through } from "../dialling/diallers.js";
import type { Server } from "../dialling/tried.js";
import { mongoPorts } from "../outside/outside.js";
import type { Who } from "../scenarios/stage.js";
import { gateway } from "./gateway.js";
import type { RecipeName } from "./pasted.js";

/** What is looked at in a recipe, and what it really does there. */
export interface Point {
  readonly title: string;
  readonly who: Who;
  readonly through: Through;
  readonly server: Server;
  /** What was measured, as `seen path`; another finding fails. */
  readonly measured: string;
  /** What is meant to happen. */
  readonly meant: "answers" | "blocked";
  /** Where the lab shows what the project's own output does: scenario and observation. */
  readonly ours: string;
}

/** Handshakes at the gateway's own port by who has no certificate, and of how many of them the database hears. */
export interface HandshakePoint {
  readonly title: string;
  readonly who: Who;
  /** Begun and never ended, or gone through and refused. */
  readonly handshakes: "halted" | "refused";
  /** The database's name is the handshakes' SNI. */
  readonly server: Server;
  /** Where the gateway's pods listen. */
  readonly port: number;
  /** What was measured. */
  readonly measured: "of each" | "of none";
  readonly ours: string;
}

/** A recipe as it is applied, and what is looked at in it. */
export interface RecipeStep {
  readonly title: string;
  readonly recipes: readonly RecipeName[];
  readonly change?: (objects: Manifest[]) => Manifest[];
  /** What this project has beside it in the same place, to show what that alone does. */
  readonly adds?: readonly Manifest[];
  readonly points: readonly Point[];
  /** Looked at when nobody else connects. */
  readonly handshakes?: readonly HandshakePoint[];
}

/** What was seen, in the words of a point. */
export const wordsFor = ({ seen, path }: Tried): string => (path ? `${seen} ${path}` : seen);

export const client: Who = { namespace: "demo-server", labels: { name: "lbl-k8s-mysql" } };
export const reports: Who = { namespace: "demo-server", labels: { app: "reports" } };
export const batch: Who = { namespace: "demo-other", labels: { app: "batch" } };
const ratings: Who = { namespace: "bookinfo", labels: { app: "ratings" } };
const tool: Who = { namespace: "other", labels: { app: "tool" } };
export const bare: Who = { namespace: "bare", labels: { app: "bare" } };

export const rds: Server = { host: "rm-example.mysql.rds.aliyuncs.com", port: 3306, machine: "rds", speaks: "mysql" };
/** Another database on the same port, which the recipe never names. */
export const stock: Server = { host: "rm-stock.mysql.rds.aliyuncs.com", port: 3306, machine: "stock", speaks: "mysql" };
const mongo: Server = { host: "mongo.db.example.com", port: mongoPorts.plain, machine: "mongo", speaks: "mongo" };
const mongoTls: Server = { ...mongo, port: mongoPorts.tls, speaks: "mongo-tls" };

/** The recipe of MySQL with its policy turned round: the client's namespace is allowed. */
export function allowing(objects: Manifest[]): Manifest[] {
  return objects.map((object) => {
    if (object.kind !== "AuthorizationPolicy") return object;
    const { spec } = object as Manifest & { spec: object };
    return { ...object, spec: { ...spec, action: "ALLOW" } } as Manifest;
  });
}

/** At a gateway that asks for a certificate, by a process of the mesh and by a pod that has nothing to do with it. */
function withoutCertificate(
  from: Who,
  at: Pick<HandshakePoint, "server" | "port">,
  measured: HandshakePoint["measured"] = "of each",
): HandshakePoint[] {
  const ours = measured === "of each" ? "rds h: of none" : "rds h: the same";
  return [
    {
      ...at,
      title: "a process past its sidecar, without a certificate, begins handshakes and ends none",
      who: from,
      handshakes: "halted",
      measured,
      ours,
    },
    {
      ...at,
      title: "a pod without a sidecar is refused in the handshake",
      who: bare,
      handshakes: "refused",
      measured,
      ours,
    },
  ];
}

const withoutEntry = (objects: Manifest[]): Manifest[] => objects.filter(({ kind }) => kind !== "ServiceEntry");

const through = "sidecar" as const;

/** Looked at again where something is added: it must not break what works. */
const allowedClient: Point = {
  title: "the client reaches the database through the gateway",
  who: client,
  through,
  server: rds,
  measured: "answers gateway",
  meant: "answers",
  ours: "rds d: the same",
};

const rdsSteps: readonly RecipeStep[] = [
  {
    title: "MySQL through the gateway, before the database is registered",
    recipes: ["rds"],
    change: withoutEntry,
    points: [
      { title: "the client", who: client, through, server: rds, measured: "blocked", meant: "blocked", ours: "rds b" },
    ],
  },
  {
    title: "MySQL through the gateway, the policy denies the client's namespace",
    recipes: ["rds"],
    points: [
      {
        title: "the denied client receives the database's handshake packet, and holds a connection to it",
        who: client,
        through,
        server: rds,
        measured: "handshake",
        meant: "blocked",
        ours: "rds h: not one byte",
      },
      {
        title: "a namespace the policy does not speak of reaches the database, past the gateway",
        who: batch,
        through,
        server: rds,
        measured: "answers direct",
        meant: "blocked",
        ours: "rds f: refused",
      },
    ],
  },
  {
    title: "MySQL through the gateway, the policy allows the client's namespace",
    recipes: ["rds"],
    change: allowing,
    points: [
      allowedClient,
      {
        title: "every other service account of the namespace does too",
        who: reports,
        through,
        server: rds,
        measured: "answers gateway",
        meant: "answers",
        ours: "modes c: refused, for a client may be a service account",
      },
      {
        title: "another namespace reaches the database, straight past the gateway",
        who: batch,
        through,
        server: rds,
        measured: "answers direct",
        meant: "blocked",
        ours: "rds f: refused",
      },
      {
        title: "the client asks for another server on port 3306 and is answered by this database",
        who: client,
        through,
        server: stock,
        measured: "misrouted gateway",
        meant: "blocked",
        ours: "modes c: each database on a port answers for itself",
      },
      {
        title: "so is another namespace, past the gateway",
        who: batch,
        through,
        server: stock,
        measured: "misrouted direct",
        meant: "blocked",
        ours: "modes c: refused",
      },
      {
        title: "the client's process bypasses its sidecar and reaches the database",
        who: client,
        through: "bypass",
        server: rds,
        measured: "answers direct",
        meant: "blocked",
        ours: "rds g: refused by NetworkPolicy",
      },
      {
        title: "another namespace that bypasses its sidecar does too",
        who: batch,
        through: "bypass",
        server: rds,
        measured: "answers direct",
        meant: "blocked",
        ours: "rds g: refused by the database's allow-list",
      },
    ],
    handshakes: withoutCertificate(batch, { server: rds, port: 13306 }),
  },
  {
    title: "The same, with the one filter this project adds to wait for the handshake",
    recipes: ["rds"],
    change: allowing,
    adds: [handshakeFirst(gateway)],
    points: [allowedClient],
    handshakes: withoutCertificate(batch, { server: rds, port: 13306 }, "of none"),
  },
];

interface Mode {
  readonly title: string;
  readonly recipes: readonly RecipeName[];
  readonly server: Server;
  readonly letter: string;
  readonly client: string;
  readonly unlisted: string;
}

const modes: readonly Mode[] = [
  {
    title: "MongoDB, TCP without a gateway",
    recipes: ["bookinfo-tcp-direct"],
    server: mongo,
    letter: "a",
    client: "answers direct",
    unlisted: "answers direct",
  },
  {
    title: "MongoDB, TCP through the gateway",
    recipes: ["bookinfo-tcp-direct", "bookinfo-tcp-gateway"],
    server: mongo,
    letter: "b",
    client: "answers gateway",
    unlisted: "blocked",
  },
  {
    title: "MongoDB, TCP through the gateway with mutual TLS",
    recipes: ["bookinfo-tcp-direct", "bookinfo-tcp-gateway-mtls"],
    server: mongo,
    letter: "c",
    client: "answers gateway",
    unlisted: "blocked",
  },
  {
    title: "MongoDB, TLS without a gateway",
    recipes: ["bookinfo-tls-direct"],
    server: mongoTls,
    letter: "d",
    client: "answers direct",
    unlisted: "answers direct",
  },
  {
    title: "MongoDB, TLS through the gateway",
    recipes: ["bookinfo-tls-direct", "bookinfo-tls-gateway"],
    server: mongoTls,
    letter: "e",
    client: "answers gateway",
    unlisted: "answers gateway",
  },
  {
    title: "MongoDB, TLS through the gateway with mutual TLS",
    recipes: ["bookinfo-tls-direct", "bookinfo-tls-gateway-mtls"],
    server: mongoTls,
    letter: "f",
    client: "answers gateway",
    unlisted: "blocked",
  },
];

/** Every recipe, in the documents' order. */
export const steps: readonly RecipeStep[] = [
  ...rdsSteps,
  ...modes.map(({ title, recipes, server, letter, client: answered, unlisted }): RecipeStep => ({
    title,
    recipes,
    points: [
      {
        title: "the client",
        who: ratings,
        through,
        server,
        measured: answered,
        meant: "answers",
        ours: `bookinfo ${letter}: the same`,
      },
      {
        title: "another namespace",
        who: tool,
        through,
        server,
        measured: unlisted,
        meant: "blocked",
        ours: `modes ${letter}: refused`,
      },
      {
        title: "the client bypasses its sidecar",
        who: ratings,
        through: "bypass",
        server,
        measured: "answers direct",
        meant: "blocked",
        ours:
          letter === "a" || letter === "d"
            ? `modes ${letter}: the same, without a gateway`
            : `modes ${letter}: refused`,
      },
    ],
    // The gateway's Service leads 443 there.
    ...(recipes.some((name) => name.endsWith("-gateway-mtls"))
      ? { handshakes: withoutCertificate(tool, { server, port: 8443 }) }
      : {}),
  })),
];
