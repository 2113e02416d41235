/** A kubeconfig as Alibaba Cloud hands it out: at one address always, whichever of the two is open. */
export const handedOut = (server: string) => `apiVersion: v1
clusters:
- cluster:
    server: ${server}
    certificate-authority-data: authority
  name: kubernetes
users:
- name: "2547"
  user: { client-certificate-data: certificate, client-key-data: key }
`;

/** Addresses of the cluster's API server, and of the mesh's. */
export const addresses = {
  cluster: { apiServerInternet: "https://203.0.113.5:6443", apiServerIntranet: "https://10.0.0.5:6443" },
  mesh: {
    publicApiServerEndpoint: "https://203.0.113.9:6443",
    intranetApiServerEndpoint: "https://10.0.0.9:6443",
  },
};

/** What the cloud computes for a cluster and a mesh, for a recorded stack. */
export const alibabaCloud: Record<string, Record<string, unknown>> = {
  "alicloud:cs/getClusterCredential:getClusterCredential": {
    kubeConfig: handedOut(addresses.cluster.apiServerInternet),
  },
  "alicloud:cs/managedKubernetes:ManagedKubernetes": { connections: addresses.cluster },
  "alicloud:nlb/loadBalancer:LoadBalancer": { dnsName: "nlb-1.cn-hangzhou.nlb.aliyuncsslb.com" },
  "alicloud:servicemesh/serviceMesh:ServiceMesh": { kubeconfig: handedOut(addresses.mesh.intranetApiServerEndpoint) },
  "alicloud:servicemesh/getServiceMeshes:getServiceMeshes": { meshes: [{ endpoints: [addresses.mesh] }] },
};
