import { secretName } from "./formats.js";
import type { FileObject, WrittenObject } from "./manifestFiles.js";
import { nearest } from "mesh-access/nearest";
import { placeholdersIn } from "mesh-access/placeholder";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";

/** Kinds of a whole cluster that manifests often bring along, by group and kind. */
const clusterScoped = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
  "cert-manager.io/ClusterIssuer",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "external-secrets.io/ClusterSecretStore",
  "gateway.networking.k8s.io/GatewayClass",
  "networking.k8s.io/IngressClass",
  "node.k8s.io/RuntimeClass",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
  "projectcalico.org/GlobalNetworkPolicy",
  "projectcalico.org/GlobalNetworkSet",
  "projectcalico.org/Tier",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "scheduling.k8s.io/PriorityClass",
  "storage.k8s.io/CSIDriver",
  "storage.k8s.io/StorageClass",
]);

/** Whether an object is of no namespace, as far as its kind is known. */
export function isClusterScoped(object: WrittenObject): boolean {
  return clusterScoped.has(kindOf(object));
}

/** What the settings say that manifests may refer to. */
export interface Declared {
  /** Namespaces of the stack. */
  namespaces: readonly string[];
  /** Databases that the stack creates, whose hosts only the cloud knows. */
  created: readonly string[];
}

/** What is wrong with the objects of all manifest files of a stack. */
export function manifestProblems(objects: readonly FileObject[], declared: Declared): Problem[] {
  return [
    ...objects.flatMap((written) => [
      ...scopeProblems(written, declared.namespaces),
      ...placeholderProblems(written, declared.created),
      ...(isSecret(written.object) ? plainValues(written) : plainPasswords(written)),
    ]),
    ...repeated(
      objects.map((written) => ({ path: placeOf(written), value: titleOf(written), identity: identityOf(written) })),
      (earlier) => `is written at ${earlier} already`,
      "Keep one of them",
    ),
  ];
}

/** Names of the secrets whose values the objects hold placeholders for. */
export function secretsIn(objects: readonly FileObject[]): string[] {
  return objects
    .flatMap(({ object }) => textsIn(object))
    .flatMap(([, text]) => placeholdersIn(text))
    .filter(({ kind }) => kind === "secret")
    .map(({ of }) => of);
}

/** Cluster-scoped objects affect other stacks, and no policy of this stack covers a namespace that it does not list. */
function scopeProblems(written: FileObject, namespaces: readonly string[]): Problem[] {
  const { object } = written;
  const { namespace } = object.metadata;
  if (kindOf(object) === "Namespace")
    return [
      problemAt(
        written,
        "is written by the stack itself, with injection and Pod Security level",
        "Remove it, and list its name under `namespaces`",
      ),
    ];
  if (isClusterScoped(object))
    return [
      problemAt(
        written,
        "is cluster-scoped: it affects other stacks, which may write it too",
        "Remove it, and apply it with what belongs to the cluster",
      ),
    ];
  if (namespace === undefined)
    return [
      problemAt(
        written,
        "has no namespace",
        "Write metadata.namespace, or `namespace` beside `folder` for all objects that have none",
      ),
    ];
  if (namespaces.includes(namespace)) return [];
  const near = nearest(namespace, namespaces);
  return [
    problemAt(
      written,
      `is in namespace ${namespace}, which is not among \`namespaces\``,
      near ? `Did you mean ${near}? Otherwise list it there` : "List it there",
    ),
  ];
}

/** Placeholders that nothing fills, and secrets in objects that are no Secret. */
function placeholderProblems(written: FileObject, created: readonly string[]): Problem[] {
  const kept = isSecret(written.object);
  return textsIn(written.object)
    .filter(([field]) => !(kept && field.startsWith("data.")))
    .flatMap(([field, text]) =>
      placeholdersIn(text).flatMap(({ kind, of }) => {
        const isKept = kept && field.startsWith("stringData.");
        const fault =
          kind === "secret" ? secretFault(of, isKept) : kind === "host" ? hostFault(of, created) : noReference;
        const placeholder = `\${${kind}:${of}}`;
        return fault ? [problemAt(written, `has ${placeholder} in ${field}, ${fault.reason}`, fault.instead)] : [];
      }),
    );
}

type Fault = Pick<Problem, "reason" | "instead">;

function secretFault(name: string, isKept: boolean): Fault | undefined {
  if (!isKept)
    return {
      reason: "where anybody who may read the object can read the value",
      instead: "Put it into stringData of a Secret, and refer to that with secretKeyRef",
    };
  return secretName.safeParse(name).success
    ? undefined
    : { reason: "which is not the name of a secret", instead: "Write a key under `secrets`: letters and digits" };
}

function hostFault(name: string, created: readonly string[]): Fault | undefined {
  return created.includes(name)
    ? undefined
    : {
        reason: "which is not a database that this stack creates",
        instead:
          created.length > 0 ? `Write one of ${created.join(", ")}, or the host itself` : "Write the host itself",
      };
}

const noReference: Fault = { reason: "which manifests cannot refer to", instead: "Write the address itself" };

const howToRefer =
  "Write ${secret:NAME} in place of the value, and set it with `pulumi config set --secret --path mesh-egress:secrets.NAME`";

/**
 * A value in plain text can be read in the repository, and in every plan and report. No field says which values of a
 * Secret are harmless, so none may be in plain text.
 */
function plainValues(written: FileObject): Problem[] {
  const { data, stringData } = written.object as { data?: unknown; stringData?: unknown };
  return [
    ...entriesOf(data).map(([key]) =>
      problemAt(written, `has data.${key}, and base64 is plain text`, `Move it to stringData. ${howToRefer}`),
    ),
    ...entriesOf(stringData)
      .filter(([, text]) => placeholdersIn(String(text)).length === 0)
      .map(([key]) =>
        problemAt(
          written,
          `has stringData.${key} in plain text`,
          `${howToRefer}. A value that is not secret belongs in a ConfigMap`,
        ),
      ),
  ];
}

/** A URL with a password is the one secret that a text shows by its form. */
function plainPasswords(written: FileObject): Problem[] {
  return textsIn(written.object)
    .filter(([, text]) => urlWithPassword.test(text))
    .map(([field]) =>
      problemAt(
        written,
        `has a URL with a password in ${field}`,
        `Put the URL into stringData of a Secret, and refer to that with secretKeyRef. ${howToRefer}`,
      ),
    );
}

/** A URL with a password that is no placeholder. */
export const urlWithPassword = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:"']+:[^\s/@"'$]+@/i;

/** Every text in an object, with the path of its field. */
function textsIn(value: unknown, path = ""): [field: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    textsIn(item, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
  );
}

function entriesOf(data: unknown): [string, unknown][] {
  return typeof data === "object" && data !== null ? Object.entries(data) : [];
}

const isSecret = ({ apiVersion, kind }: WrittenObject): boolean => apiVersion === "v1" && kind === "Secret";

function kindOf({ apiVersion, kind }: WrittenObject): string {
  return apiVersion.includes("/") ? `${apiVersion.split("/")[0]}/${kind}` : kind;
}

function problemAt(written: FileObject, reason: string, instead: string): Problem {
  return { path: placeOf(written), reason: `${titleOf(written)} ${reason}`, instead };
}

const placeOf = ({ file, line }: FileObject): string => `${file}:${line}`;

function titleOf({ object: { kind, metadata } }: FileObject): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

const identityOf = (written: FileObject): string => `${kindOf(written.object)} ${titleOf(written)}`;
