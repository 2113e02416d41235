/** Evidence of what workloads are: `access/model` and `access/istio/controlPlane`. */
export const workloadMessages = {
  "new-pod": "stands for a pod that somebody may add: its labels are not known",
  "sidecar-bypassed": "the process bypasses its sidecar, so it shows no certificate",
  "proxy-in-pod": "the pod has a container istio-proxy",
  "no-proxy-in-pod": "the running pod has no container istio-proxy",
  "pods-differ": "some pods have a sidecar and some have none",
  "pods-differ-in-capture": "its pods differ in which connections they hand to their sidecar",
  "gateway-pods": "its pods are proxies of router type",
  "namespace-injects": "label {label}: every pod gets a sidecar",
  "namespace-does-not-inject": "label {label}: no sidecar",
  "pod-asks": "label {label}: the pod gets a sidecar",
  "pod-refuses": "{label}: no sidecar",
  "injects-by-default": "the mesh injects by default",
  "namespace-not-in-input": "the input holds no Namespace object, so its injection label is not known",
  "no-injection-label": "no injection label on the namespace or the pod: no sidecar",
  "host-network-without-sidecar": "pods on the host network get no sidecar",
  "namespace-ignored": "the injector ignores this namespace",
  "webhook-selects": "webhook {name} selects the pod: it gets a sidecar",
  "webhook-may-select": "whether the injection webhook selects the pod is not known",
  "no-webhook-selects": "no injection webhook of the input selects the pod: no sidecar",
  "never-injects": "neverInjectSelector matches the pod: no sidecar",
  "injection-policy": "policy {policy}: only pods that ask for a sidecar get one",
  ambient: "ambient mode: the node's proxy carries the pod's connections, which is not modelled",
  "control-plane-unknown":
    "which control plane configures this proxy is not known: the input shows several, and not this revision",
  "accepts-plaintext": "no sidecar: accepts plaintext ({because})",
  "port-of-service":
    "portLevelMtls counts the ports of pods: {port} is the port of a Service, and the pods have {meant}, to which this does not apply",
  "interception-none": "interceptionMode NONE: no connection of the pod passes through its sidecar",
  "runs-as-proxy": "runs as user or group {id}, as the proxy does: no connection of the pod passes through its sidecar",
  "container-runs-as-proxy":
    "{containers}: runs as user or group {id}, as the proxy does, so its connections do not pass through the sidecar and those of other containers do",
} as const;
