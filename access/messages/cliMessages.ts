/** Why a command cannot answer, and what to write instead. */
export const commandMessages = {
  "file-not-readable": "{path} cannot be read: {reason}. Name a file that exists.",
  "side-not-found":
    "{path} does not exist. Name a stack, a stack file, a file or folder of manifests, or context:NAME.",
  "no-input": "Nothing to read: name files or folders with --file, or a cluster with --context.",
  "nothing-read": "{paths} contains no Kubernetes object that the analysis reads. Name a folder of manifests.",
  "workload-not-found": "There is no workload {workload} in the input. {hint}",
  "namespace-not-found": "There is no workload in a namespace {namespace}. {hint}",
  "database-not-found": "There is no database {database} in the input. {hint}",
  "did-you-mean": "Did you mean {name}?",
  "known-names": "Known: {names}.",
  "none-known": "The input contains none.",
  "no-assertions":
    "There are no assertions to check. Write some under access.assert of the stack, or name a file with --assert.",
  "file-without-assertions": "{path} contains no assertions. Write a list of them under assert.",
  "invalid-assertion": "{path}: {key}: {reason}",
  "no-kubectl": "kubectl cannot be run: {reason}. Install it, or read files with --file.",
  "cluster-not-reachable": "{cluster} cannot be read: {reason}",
} as const;
