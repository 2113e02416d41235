import { analyse, type KubernetesObject, textOf } from "mesh-access";
import { http } from "../probes/http.js";
import type { Probe } from "../probes/probe.js";
import { ingressUrl, loadBalancerAddress, throughIngress } from "./ingressGateway.js";
import type { Config, Scenario } from "./scenario.js";
import { stackConfig } from "./stackFile.js";
import type { Stage, Who } from "./stage.js";

const member: Who = { namespace: "demo", labels: { app: "member" } };
/** No sidecar: it speaks plaintext. */
const outsider: Who = { namespace: "demo", labels: { app: "outsider" } };
const bare: Who = { namespace: "bare", labels: { app: "bare" } };
const page = "boutique.example.com";

const frontend = "http://frontend.demo.svc.cluster.local/";
/** A backend, asked over HTTP/2 without TLS, as gRPC clients do. */
const backend = "http://productcatalogservice.demo.svc.cluster.local:3550/";
const neighbour = "http://server.other.svc.cluster.local/";
const overHttp2 = ["--http2-prior-knowledge", "-X", "POST"];

const answers = { status: "200" };
/** curl's exit codes for a connection that was reset: mostly when it reads, sometimes while it still writes. */
const refused = { status: "000", exitCode: [56, 55] };

const shop = { body: /Hot Products/ };

type MutualTls = Record<string, unknown>;

function withMutualTls(mutualTls: MutualTls): (config: Config) => Config {
  return (config) => ({ ...config, access: {}, mutualTls });
}

const workload = {
  name: "frontend",
  namespace: "demo",
  labels: { app: "frontend" },
  services: ["frontend", "frontend-external"],
};

function clients(observation: string, url: string, what: string, plaintext: boolean, options: string[] = []): Probe[] {
  return [
    http({
      observation,
      title: `${what}: a client with a sidecar is answered`,
      from: member,
      url,
      options,
      expect: answers,
    }),
    http({
      observation,
      title: `${what}: a client without one ${plaintext ? "is answered" : "is refused"}`,
      from: outsider,
      url,
      options,
      expect: plaintext ? answers : refused,
    }),
  ];
}

function neighbourTo(observation: string, title: string, plaintext: boolean): Probe {
  return http({ observation, title, from: bare, url: neighbour, expect: plaintext ? answers : refused });
}

/** The shop by its own load balancer, from outside the cluster and so without a certificate. */
function loadBalancer(observation: string, title: string, plaintext: boolean): Probe {
  return http({
    observation,
    title,
    from: "web",
    url: async ({ kubectl }) => `http://${await loadBalancerAddress(kubectl, "demo", "frontend-external")}/`,
    expect: plaintext ? { ...answers, ...shop } : refused,
  });
}

const kinds = "pods,deployments,replicasets,services,namespaces,peerauthentications,destinationrules";

/** The audit of the access analysis, held against what a client without a sidecar met. */
const audit: Probe = {
  observation: "e",
  title: "an audit lists each workload, whether it accepts plaintext, and the policy that decides",
  expected: "frontend STRICT by its own policy, cartservice STRICT by its namespace's, outsider without a sidecar",
  run: async (stage: Stage) => {
    const text = await stage.kubectl(["get", kinds, "--all-namespaces", "-o", "json"]);
    const { items } = JSON.parse(text) as { items: KubernetesObject[] };
    const rows = analyse(items).mtls.filter(({ namespace }) => namespace === "demo");
    const row = (name: string) => rows.find((candidate) => candidate.workload === name);
    const by = (name: string) => {
      const { mode, because } = row(name) ?? {};
      return `${name} ${mode}, by ${because?.kind} ${because?.namespace}/${because?.name}: ${because && textOf(because)}`;
    };
    const passed =
      row("frontend")?.plaintext === false &&
      row("cartservice")?.plaintext === false &&
      row("outsider")?.plaintext === true;
    return {
      passed,
      seen: `${rows.length} workloads`,
      evidence: ["frontend", "cartservice", "outsider"].map(by).join("\n"),
    };
  },
};

/** Mutual TLS by strictness. */
export const boutiqueScenario: Scenario = {
  name: "boutique",
  title: "Online Boutique in mutual TLS: by mesh, by namespace, by workload",
  config: () => stackConfig("boutique"),
  secrets: async (outside) => {
    const { certificate, key } = await outside.certificateFor(page);
    return { boutiqueCertificate: certificate, boutiqueKey: key };
  },
  machines: ["web"],
  fixtures: [
    { name: "other", injection: true, workloads: [{ name: "server", serves: "page" }] },
    { name: "bare", injection: false, workloads: [{ name: "bare" }] },
  ],
  steps: [
    {
      title: "PERMISSIVE for the whole mesh",
      config: withMutualTls({ mode: "PERMISSIVE" }),
      probes: [
        ...clients("a", frontend, "frontend", true),
        neighbourTo("a", "another namespace answers plaintext", true),
        loadBalancer("a", "the shop's load balancer leads to it", true),
      ],
    },
    {
      title: "STRICT for the namespace",
      config: withMutualTls({ mode: "PERMISSIVE", namespaces: [{ namespace: "demo", mode: "STRICT" }] }),
      probes: [
        ...clients("b", frontend, "frontend", false),
        ...clients("b", backend, "productcatalogservice", false, overHttp2),
        neighbourTo("b", "another namespace still answers plaintext", true),
      ],
    },
    {
      title: "STRICT for one workload",
      config: withMutualTls({ mode: "PERMISSIVE", workloads: [workload] }),
      probes: [
        ...clients("c", frontend, "frontend", false),
        ...clients("c", backend, "productcatalogservice", true, overHttp2),
      ],
    },
    {
      title: "STRICT for the mesh, PERMISSIVE for one namespace",
      config: withMutualTls({ mode: "STRICT", namespaces: [{ namespace: "demo", mode: "PERMISSIVE" }] }),
      probes: [
        ...clients("d", frontend, "frontend", true),
        neighbourTo("d", "another namespace refuses plaintext", false),
      ],
    },
    {
      title: "STRICT for mesh, namespace and workload",
      probes: [
        ...clients("d", frontend, "frontend", false),
        ...clients("d", backend, "productcatalogservice", false, overHttp2),
        neighbourTo("d", "every other namespace refuses plaintext too", false),
        loadBalancer("d", "so does the shop's load balancer, whose clients have no certificate", false),
        http({
          observation: "d",
          title: "through the mesh's ingress gateway the shop answers, with its certificate",
          from: "web",
          url: ingressUrl(page),
          options: throughIngress(page),
          expect: { ...answers, ...shop },
        }),
        audit,
      ],
    },
  ],
  change: {
    title: "the namespace becomes PERMISSIVE",
    config: (config) => ({
      ...config,
      mutualTls: { ...(config["mutualTls"] as MutualTls), namespaces: [{ namespace: "demo", mode: "PERMISSIVE" }] },
    }),
    expect: [/^update PeerAuthentication .*demo/],
  },
};
