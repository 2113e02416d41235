/** What must run before any policy can be, and what the cloud runs: never cut off. */
export const systemNamespaces = [
  "arms-prom",
  "calico-apiserver",
  "calico-system",
  "gke-gmp-system",
  "gke-managed-cim",
  "gke-managed-filestorecsi",
  "gke-managed-parallelstorecsi",
  "gke-managed-system",
  "gke-managed-volumepopulator",
  "gmp-public",
  "gmp-system",
  "kube-node-lease",
  "kube-public",
  "kube-system",
  "kruise-system",
  "tigera-operator",
];
