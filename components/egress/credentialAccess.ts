import type { IRole, IRoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1";
import type { Manifest } from "../manifest.js";
import type { Path } from "./endpoint.js";

/**
 * Lets the gateway read the Secrets beside it. istiod hands a credential to a gateway only if its service account may
 * list Secrets in its namespace (istio/istio, pilot/pkg/credentials/kube), so a narrower rule would give it nothing.
 */
export function credentialAccess({ endpoint, gateway }: Path): Manifest[] {
  const metadata = { name: `${gateway.name}-credentials-of-${endpoint.name}`, namespace: gateway.namespace };
  const role: IRole & Manifest = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata,
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "watch", "list"] }],
  };
  const binding: IRoleBinding & Manifest = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
    subjects: [{ kind: "ServiceAccount", name: gateway.name, namespace: gateway.namespace }],
  };
  return [role, binding];
}
