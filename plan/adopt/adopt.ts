import { type Analysis, type KubernetesObject, type MeshOptions, namespaceOf, type Workload } from "mesh-access";
import { unnamedRevision } from "../../settings/revisions.js";
import { whyNot } from "../../settings/trafficModes.js";
import { clientsOf, namesOf } from "./clients.js";
import {
  type Entry,
  entriesOf,
  type EntrySpec,
  ofKind,
  originatedTls,
  protocolOf,
  type RouteSpec,
  type RuleSpec,
  specOf,
} from "./entries.js";
import { type Note, note } from "./note.js";

/** What leads to databases in a cluster, as a stack that keeps who reaches what. */
export interface Adopted {
  /** Config of the stack: what stands under `mesh-egress:` in its file. */
  config: Record<string, unknown>;
  /** Objects that the stack replaces. They are older and would win: they are removed when it is applied. */
  replaced: KubernetesObject[];
  notes: Note[];
}

interface Database {
  settings: { name: string; clients: { namespace: string; serviceAccounts: string[] }[] } & Record<string, unknown>;
  entry: Entry;
  /** Who reaches it without a sidecar. */
  bare: Workload[];
}

/**
 * Turns the ServiceEntries of a cluster and their routes into a stack's config.
 *
 * @param mesh how the mesh of the cluster is configured
 * @param context the kubeconfig's context of the cluster, where it is known
 */
export function adopt(analysis: Analysis, mesh: MeshOptions, context?: string): Adopted {
  const notes: Note[] = [];
  const databases: Database[] = [];
  /** Hosts that nobody may reach any more. */
  const closed: Entry[] = [];
  const entries = entriesOf(analysis);
  for (const entry of entries) {
    const unfit = unfitness(entry, entries);
    if (unfit) {
      notes.push(unfit);
      continue;
    }
    const { clients, bare, notes: found } = clientsOf(entry, analysis);
    notes.push(...found);
    if (clients.length > 0) {
      databases.push({
        entry,
        bare,
        settings: { name: nameFor(entry, databases), clients, ...described(entry, analysis, notes) },
      });
    } else {
      const { host, port } = entry.target;
      // Where sidecars let pass what they do not know, its removal would open it.
      const isClosing = mesh.outboundTrafficPolicy === "REGISTRY_ONLY";
      notes.push(note(isClosing ? "no-client" : "no-client-stays", { host, port: String(port) }));
      if (isClosing) closed.push(entry);
    }
  }
  notes.push(...accountNotes(databases, analysis));
  if (analysis.objects.some(({ kind }) => kind === "IstioGateway")) notes.push(note("managed-mesh"));
  const handled = new Set([...databases.map(({ entry }) => entry), ...closed].map(({ target }) => target.host));
  return {
    config: configOf(databases, analysis, { mesh, context }),
    replaced: replacedBy(handled, analysis.objects, notes),
    notes,
  };
}

/** Why a stack cannot describe a database. */
function unfitness({ target, endpointNames }: Entry, entries: readonly Entry[]): Note | undefined {
  const { host, port, protocol } = target;
  const about = { host, port: String(port) };
  const ports = entries.filter((one) => one.target.host === host).map((one) => one.target.port);
  if (protocol === "http") return note("not-a-database", about);
  if (ports.length > 1) return note("several-ports", { host, ports: ports.join(", ") });
  if (host.startsWith("*.") && protocol !== "tls") return note("wildcard-without-tls", about);
  if (endpointNames.length > 0) return note("endpoint-by-name", { ...about, endpoints: endpointNames.join(", ") });
  return undefined;
}

/** Host, port, protocol and mode, as the cluster has them today. */
function described(entry: Entry, { objects }: Analysis, notes: Note[]): Record<string, unknown> {
  const { host, port } = entry.target;
  const protocol = protocolOf(entry);
  const originated = originatedTls(objects, host);
  const isOriginated = originated && entry.target.protocol === "tcp" && !whyNot("tls-origination", protocol);
  const isTls = entry.target.protocol === "tls";
  return {
    host,
    ...(entry.addresses.length > 0 ? { addresses: entry.addresses } : {}),
    port,
    protocol,
    trafficMode: host.startsWith("*.")
      ? "tls-wildcard"
      : isOriginated
        ? "tls-origination"
        : isTls
          ? "tls-gateway-mtls"
          : "tcp-gateway-mtls",
    ...(isOriginated ? { tls: tlsOf(originated, notes) } : {}),
  };
}

function tlsOf({ tls, object }: NonNullable<ReturnType<typeof originatedTls>>, notes: Note[]): Record<string, unknown> {
  const { mode, sni, subjectAltNames, credentialName, caCertificates } = tls;
  if (caCertificates !== undefined)
    notes.push(note("tls-files", { object: `DestinationRule ${namespaceOf(object)}/${object.metadata.name}` }));
  return {
    ...(sni ? { sni } : {}),
    ...(subjectAltNames ? { subjectAltNames } : {}),
    ...(credentialName ? { [mode === "MUTUAL" ? "clientCredential" : "caCredential"]: credentialName } : {}),
  };
}

/** Longest name of a database. */
const longestName = 40;

/** A name from the host's first part, or the entry's where that is taken. */
function nameFor({ target, declaredBy }: Entry, taken: readonly Database[]): string {
  const used = new Set(taken.map(({ settings }) => settings.name));
  const clean = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .slice(0, longestName)
      .replaceAll(/^-+|-+$/g, "");
  const candidates = [
    target.host.replace(/^\*\./, "").split(".")[0] ?? "",
    declaredBy[0]?.metadata.name ?? "",
    target.host,
  ];
  const free = candidates.map(clean).find((name) => name !== "" && !used.has(name));
  return free ?? `database-${taken.length + 1}`;
}

function accountNotes(databases: readonly Database[], { workloads }: Analysis): Note[] {
  const clients = databases.flatMap(({ settings }) => settings.clients);
  const namespaces = new Set(
    clients.filter(({ serviceAccounts }) => serviceAccounts.includes("default")).map(({ namespace }) => namespace),
  );
  return [...namespaces].map((namespace) => {
    const running = workloads.filter((one) => one.namespace === namespace && one.serviceAccount === "default");
    return note("default-account", { namespace, workloads: namesOf(running) });
  });
}

function configOf(
  databases: readonly Database[],
  { objects, workloads }: Analysis,
  { mesh, context }: { mesh: MeshOptions; context?: string },
): Record<string, unknown> {
  const names = [
    ...new Set(databases.flatMap(({ settings }) => settings.clients.map(({ namespace }) => namespace))),
  ].sort();
  const labels = objects.filter(({ kind, metadata }) => kind === "Namespace" && names.includes(metadata.name));
  const revisions = new Map(
    labels.map(({ metadata: { name, labels: all = {} } }) => [
      name,
      (all["istio-injection"] === undefined ? all["istio.io/rev"] : undefined) ?? unnamedRevision,
    ]),
  );
  const hasCalico = objects.some(({ apiVersion }) => apiVersion.includes("projectcalico.org"));
  return {
    cluster: { cloud: "existing", ...(context ? { context } : {}), ...(hasCalico ? { policyEngine: "calico" } : {}) },
    mesh: {
      kind: "istio",
      install: false,
      ...revisionsOf([...new Set(revisions.values())]),
      ...unlike("namespace", mesh.rootNamespace, "istio-system"),
      ...unlike("trustDomain", mesh.trustDomain, "cluster.local"),
      ...unlike("outboundTrafficPolicy", mesh.outboundTrafficPolicy, "REGISTRY_ONLY"),
      ...unlike("dnsCapture", capturesDns(workloads, names, mesh), true),
      ...unlike("scopeGateways", mesh.scopeGatewayToNamespace, true),
    },
    namespaces: names.map((name) => ({ name, management: "use", ...ownRevision(name, revisions) })),
    databases: databases.map(({ settings }) => settings),
    access: { assert: databases.flatMap((database) => assertionsOf(database, workloads)) },
  };
}

/** The revisions and tags that namespaces are labelled with. */
function revisionsOf([first, ...others]: readonly string[]): Record<string, unknown> {
  if (first === undefined || (first === unnamedRevision && others.length === 0)) return {};
  const revisions = [first, ...others].map((name) => ({ name }));
  return { revisions, ...(others.length > 0 ? { defaultRevision: first } : {}) };
}

function ownRevision(namespace: string, revisions: ReadonlyMap<string, string>): { revision?: string } {
  const [first] = revisions.values();
  const own = revisions.get(namespace);
  return own === undefined || own === first ? {} : { revision: own };
}

/** Whether the clients' sidecars answer DNS: the mesh's setting, unless each of their own says otherwise. */
function capturesDns(workloads: readonly Workload[], namespaces: readonly string[], mesh: MeshOptions) {
  const own = workloads.filter(({ namespace, sidecar }) => sidecar.present === true && namespaces.includes(namespace));
  const isOwn = own.length > 0 && own.every(({ dns }) => dns.capture !== undefined);
  return isOwn ? own.every(({ dns }) => dns.capture?.value === "true") : mesh.dnsCapture;
}

function unlike(key: string, value: unknown, standard: unknown): Record<string, unknown> {
  return value === undefined || value === standard ? {} : { [key]: value };
}

/** Who reaches a database stays as it is. */
function assertionsOf({ settings: { name, clients }, bare }: Database, workloads: readonly Workload[]): object[] {
  const callers = clients.flatMap(({ namespace, serviceAccounts }) =>
    serviceAccounts.map((serviceAccount) => ({ namespace, serviceAccount })),
  );
  const to = { database: name };
  const isCaller = (one: Workload) =>
    callers.some(
      ({ namespace, serviceAccount }) => namespace === one.namespace && serviceAccount === one.serviceAccount,
    );
  // An assertion that matches nobody fails.
  const hasOthers = workloads.some((one) => !isCaller(one) && !bare.includes(one));
  const except = [...callers, ...patternsOf(bare, workloads)];
  return [
    ...callers.map((from) => {
      const same = bare.filter((one) => one.namespace === from.namespace && one.serviceAccount === from.serviceAccount);
      return {
        name: `${from.namespace}/${from.serviceAccount} reaches ${name} through the gateway`,
        from,
        ...(same.length > 0 ? { except: patternsOf(same, workloads) } : {}),
        to,
        expect: "gateway",
      };
    }),
    ...(hasOthers ? [{ name: `nobody else reaches ${name}`, from: "*", except, to, expect: "blocked" }] : []),
  ];
}

/** Workloads as an assertion names them: a namespace with no others by its name alone. */
function patternsOf(some: readonly Workload[], all: readonly Workload[]): object[] {
  const mixed = new Set(all.filter((one) => !some.includes(one)).map(({ namespace }) => namespace));
  const whole = new Set(some.map(({ namespace }) => namespace).filter((namespace) => !mixed.has(namespace)));
  const single = some.filter(({ namespace }) => mixed.has(namespace));
  return [
    ...[...whole].map((namespace) => ({ namespace })),
    ...single.map(({ namespace, name }) => ({ namespace, workload: name })),
  ];
}

/** Objects about hosts that the stack describes, or closes. */
function replacedBy(
  handled: ReadonlySet<string>,
  objects: readonly KubernetesObject[],
  notes: Note[],
): KubernetesObject[] {
  const about = (kind: string) =>
    ofKind(objects, kind).filter((object) => {
      const hosts = specOf<EntrySpec & RouteSpec>(object).hosts ?? [];
      const others = hosts.filter((host) => !handled.has(host));
      if (others.length === hosts.length) return false;
      if (others.length > 0)
        notes.push(
          note("shared-entry", {
            object: `${kind} ${namespaceOf(object)}/${object.metadata.name}`,
            hosts: others.join(", "),
          }),
        );
      return others.length === 0;
    });
  const rules = ofKind(objects, "DestinationRule").filter((rule) => handled.has(specOf<RuleSpec>(rule).host ?? ""));
  return [...about("ServiceEntry"), ...about("VirtualService"), ...rules];
}
