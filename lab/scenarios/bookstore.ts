import { machineAddresses } from "../outside/outside.js";
import { http, type Request } from "../probes/http.js";
import type { Probe } from "../probes/probe.js";
import { resolves } from "../probes/dns.js";
import { mayCall } from "../probes/rbac.js";
import { ingressUrl, throughIngress } from "./ingressGateway.js";
import type { Config, Scenario } from "./scenario.js";
import { SetAside } from "./setAside.js";
import { stackConfig } from "./stackFile.js";
import type { Stage, Who } from "./stage.js";

const frontend: Who = { namespace: "bookstore", labels: { app: "bookstore", role: "frontend" } };
const visitor: Who = { namespace: "bookstore", labels: { app: "visitor" } };
const reader: Who = { namespace: "reading-room", labels: { app: "bookstore", role: "frontend" } };
const passerBy: Who = { namespace: "lobby", labels: { app: "passer-by" } };
const page = "bookstore.example.com";

const apiOf = (namespace: string) => `http://apiserver.${namespace}.svc.cluster.local/`;
const outside = `https://${machineAddresses.web}/`;
const metadata = `https://${machineAddresses.metadata}/`;
const insecure = ["-k"];

const answers = { status: "200" };
/** A dropped connection: curl's time is over. */
const dropped = { status: "000", exitCode: [28] };

function request(
  observation: string,
  title: string,
  from: Who,
  url: string,
  expect: Request["expect"],
  options: string[] = [],
): Probe {
  return http({ observation, title, from, url, expect, options });
}

/** Both policies that let DNS through: the namespace's, and the cluster's, which Calico asks next. */
const dnsPolicies = new SetAside();

async function denyDns(stage: Stage): Promise<void> {
  await dnsPolicies.take(stage, ["networkpolicy", "-n", reader.namespace, "allow-dns"]);
  await dnsPolicies.take(stage, ["globalnetworkpolicies.crd.projectcalico.org", "default.default-deny"]);
}

const ownPolicy = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "own", namespace: "lobby" },
};

/** The namespace says for itself what its pods may: everything. */
async function addOwnPolicy({ kubectl }: Stage): Promise<void> {
  await kubectl(["create", "-f", "-"], {
    ...ownPolicy,
    spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{}] },
  });
}

async function removeOwnPolicy({ kubectl }: Stage): Promise<void> {
  await kubectl(["delete", "networkpolicy", "-n", ownPolicy.metadata.namespace, ownPolicy.metadata.name]);
}

/** Network security on ACK. */
export const bookstoreScenario: Scenario = {
  name: "bookstore",
  title: "Default deny, an API for its own application only, HTTPS, and roles with least privilege",
  config: () => stackConfig("bookstore"),
  secrets: async (world) => {
    const { certificate, key } = await world.certificateFor(page);
    return { bookstoreCertificate: certificate, bookstoreKey: key };
  },
  machines: ["web", "metadata"],
  fixtures: [],
  steps: [
    {
      title: "the stack as it is",
      probes: [
        request("a", "a pod does not reach an address outside", reader, outside, dropped, insecure),
        http({
          observation: "a",
          title: "nor does one that bypasses its sidecar",
          from: visitor,
          bypass: true,
          url: outside,
          options: insecure,
          expect: dropped,
        }),
        request("a", "nor another namespace", reader, apiOf("bookstore"), dropped),
        resolves({
          observation: "b",
          title: "DNS answers, because that is allowed",
          from: reader,
          expect: "an address",
        }),
        resolves({
          observation: "b",
          title: "and only the cluster's: another server is out of reach",
          from: reader,
          server: machineAddresses.web,
          expect: "no answer",
        }),
        request("c", "the bookstore's own pods reach the API", frontend, apiOf("bookstore"), answers),
        request("c", "another pod of its namespace does not", visitor, apiOf("bookstore"), dropped),
        request("d", "inside a namespace that allows it, traffic passes", reader, apiOf("reading-room"), answers),
        request(
          "d",
          "from there into another namespace it does not, with the same labels",
          reader,
          apiOf("bookstore"),
          dropped,
        ),
        // No flow names the namespace, so the sidecar does not know its services and answers for itself.
        request("d", "nor from another namespace into it", frontend, apiOf("reading-room"), { status: "502" }),
        http({
          observation: "d",
          title: "nor by bypassing the sidecar",
          from: frontend,
          url: apiOf("reading-room"),
          bypass: true,
          expect: dropped,
        }),
        request(
          "e",
          "a namespace without a policy falls under the one for the cluster",
          passerBy,
          outside,
          dropped,
          insecure,
        ),
        request("e", "inside the cluster too", passerBy, apiOf("reading-room"), dropped),
        resolves({ observation: "e", title: "while DNS answers", from: passerBy, expect: "an address" }),
        http({
          observation: "f",
          title: "the ingress answers HTTPS with the certificate of the Secret",
          from: "web",
          url: ingressUrl(page),
          options: throughIngress(page),
          expect: answers,
        }),
        ...mayCall("g", "bookstore", "pod-reader"),
      ],
    },
    {
      title: "without the policy that allows DNS",
      act: denyDns,
      probes: [
        resolves({
          observation: "b",
          title: "DNS does not answer while it is not allowed",
          from: reader,
          expect: "no answer",
        }),
      ],
    },
    {
      title: "with a policy of the namespace's own",
      act: async (stage) => {
        await dnsPolicies.putBack(stage);
        await addOwnPolicy(stage);
      },
      probes: [
        request(
          "e",
          "the namespace's own policy comes before the cluster's default",
          passerBy,
          outside,
          answers,
          insecure,
        ),
        request(
          "e",
          "but no namespace can lift the cluster's ban of the metadata address",
          passerBy,
          metadata,
          dropped,
          insecure,
        ),
      ],
    },
    { title: "as it was", act: removeOwnPolicy, probes: [] },
  ],
  change: {
    title: "fewer connections for a protected service",
    config: (config: Config) => {
      const network = config["network"] as { protection: object[] };
      return {
        ...config,
        network: { ...network, protection: network.protection.map((entry) => ({ ...entry, maxConnections: 50 })) },
      };
    },
    expect: [/^update DestinationRule .*apiserver/],
  },
};
