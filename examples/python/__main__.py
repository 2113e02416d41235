"""A gateway and a database behind it, on the cluster of the current kubeconfig."""

import pulumi
import pulumi_mesh_egress as mesh_egress

config = pulumi.Config()

mesh = mesh_egress.IstioMesh("mesh", repository=config.get("chartRepository"))
after_mesh = pulumi.ResourceOptions(depends_on=[mesh])

gateway_namespace = mesh_egress.MeshNamespace(
    "gateway-namespace",
    namespace="istio-egress",
    mesh=mesh.facts,
    pod_security=mesh_egress.PodSecurityLevel.RESTRICTED,
    opts=after_mesh,
)
shop = mesh_egress.MeshNamespace("shop", namespace="shop", mesh=mesh.facts, opts=after_mesh)

egress = mesh_egress.EgressGateway(
    "egress",
    mesh=mesh.facts,
    namespace=gateway_namespace.namespace,
    replicas={"min": 1, "max": 2},
)

orders = mesh_egress.DatabaseEgress(
    "orders",
    mesh=mesh.facts,
    gateway=egress.gateway,
    database={
        "name": "orders",
        "host": "orders.db.example.com",
        "protocol": mesh_egress.DatabaseInputProtocol.POSTGRES,
        "clients": [{"namespace": shop.namespace, "service_accounts": ["orders"]}],
    },
)

pulumi.export("host", orders.host)
pulumi.export("trafficMode", orders.traffic_mode)
