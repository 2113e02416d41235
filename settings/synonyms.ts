/** What people call things elsewhere, and what they are called here. */
export const synonyms: Record<string, string> = {
  mongodb: "mongo",
  postgresql: "postgres",
  pg: "postgres",
  mariadb: "mysql",
  gcp: "gke",
  google: "gke",
  alibaba: "ack",
  alicloud: "ack",
  aliyun: "ack",
  kubernetes: "existing",
  csm: "cloud-service-mesh",
  anthos: "cloud-service-mesh",
  around: "bypass",
  greeting: "handshake",
};
