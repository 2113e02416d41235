import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import { DatabaseEgress, EgressGateway, IstioMesh, MeshNamespace } from "pulumi-mesh-egress";

// A gateway and a database behind it, on the cluster of the current kubeconfig.
const config = new pulumi.Config();
const provider = new k8s.Provider("cluster");

const mesh = new IstioMesh("mesh", { provider, repository: config.get("chartRepository") }, { provider });
const afterMesh = { provider, dependsOn: mesh.ready };

const gatewayNamespace = new MeshNamespace(
  "gateway-namespace",
  { namespace: "istio-egress", mesh: mesh.facts, podSecurity: "restricted" },
  afterMesh,
);
const shop = new MeshNamespace("shop", { namespace: "shop", mesh: mesh.facts }, afterMesh);

const egress = new EgressGateway(
  "egress",
  { mesh: mesh.facts, namespace: gatewayNamespace.namespace, replicas: { min: 1, max: 2 } },
  { provider, dependsOn: gatewayNamespace.ready },
);

const orders = new DatabaseEgress(
  "orders",
  {
    mesh: mesh.facts,
    gateway: egress.gateway,
    database: {
      name: "orders",
      host: "orders.db.example.com",
      protocol: "postgres",
      clients: [{ namespace: shop.namespace, serviceAccounts: ["orders"] }],
    },
  },
  { provider, dependsOn: [...egress.ready, ...shop.ready] },
);

export const host = orders.host;
export const trafficMode = orders.trafficMode;
