import type {
  IValidatingAdmissionPolicy,
  IValidatingAdmissionPolicyBinding,
} from "kubernetes-models/admissionregistration.k8s.io/v1";
import type { Manifest } from "./manifest.js";

export type Policy = IValidatingAdmissionPolicy & Manifest;
export type PolicySpec = NonNullable<IValidatingAdmissionPolicy["spec"]>;
export type Validation = NonNullable<PolicySpec["validations"]>[number];

type Binding = IValidatingAdmissionPolicyBinding & Manifest;
type BindingSpec = NonNullable<Binding["spec"]>;

/** Objects that an admission policy reads its rules' values from. */
export type Params = NonNullable<BindingSpec["paramRef"]>;

/** A rule whose breach is refused as forbidden. @param expression CEL that holds for what is let in */
export function forbidden(expression: string, message: string): Validation {
  return { expression, message, reason: "Forbidden" };
}

/** An admission policy, which the API server enforces from Kubernetes 1.30 on, and the namespaces it is for. */
export function enforced(
  name: string,
  spec: PolicySpec,
  namespaceSelector: NonNullable<NonNullable<BindingSpec["matchResources"]>["namespaceSelector"]>,
  paramRef?: Params,
): [Policy, Binding] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  return [
    { apiVersion, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        ...(paramRef ? { paramRef } : {}),
        matchResources: { namespaceSelector },
      },
    },
  ];
}
