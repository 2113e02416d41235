import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DatabaseEgress, EgressGateway, istioFacts, MeshNamespace } from "pulumi-mesh-egress";

// The cluster, and Istio on it, are somebody else's: the components need a provider and a few facts.
const provider = new k8s.Provider("cluster", { context: new pulumi.Config().get("context") });
const mesh = istioFacts({ namespace: "istio-system", trustDomain: "cluster.local", dnsCapture: true });

const gatewayHome = new MeshNamespace(
  "gateway-home",
  { namespace: "istio-egress", mesh, podSecurity: "restricted" },
  { provider },
);
const payments = new MeshNamespace("payments", { namespace: "payments", mesh }, { provider });

const egress = new EgressGateway("egress", { mesh }, { provider, dependsOn: gatewayHome.ready });

const ledger = new DatabaseEgress(
  "ledger",
  {
    database: {
      name: "ledger",
      host: "ledger.db.example.com",
      protocol: "postgres",
      clients: [{ namespace: "payments", serviceAccounts: ["booking"] }],
      limits: { maxConnections: 200 },
    },
    gateway: egress.gateway,
    mesh,
  },
  { provider, dependsOn: [...egress.ready, ...payments.ready] },
);

/** Everything that leads to the ledger, as it will stand in the API server. */
export const ledgerManifests = ledger.manifests;
