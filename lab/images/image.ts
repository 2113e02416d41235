/** A program standing for a container image: what the node agent runs where a container names the image. */
export interface Image {
  /** What runs in its place, in the words of the lab's report. */
  runs: string;
  entrypoint: string[];
  arguments: string[];
  environment?: Record<string, string>;
  /** User and group the image runs as unless the pod says otherwise. */
  user?: number;
  workingDir?: string;
  /** Files the image has and the machine has not, or has elsewhere. */
  files?: ImageFile[];
  /** Where the lab departs from what the pod asks. Each is printed in the report. */
  overrides?: Override[];
}

/** A file of an image: one of the machine's under another path, or a text. */
export type ImageFile = { path: string; from: string } | { path: string; text: string; mode?: number };

/** Something set against the pod's own wish, and why. */
export type Override = VariableOverride | ConfigMapOverride;

export interface VariableOverride {
  variable: string;
  value: string;
  because: string;
}

/**
 * A file laid over a config map the program would read from the API server by itself.
 * The file follows the config map, except for what `rewrite` changes.
 */
export interface ConfigMapOverride {
  /** Path of the file in the container; its name is the config map's key. */
  file: string;
  /** The config map in the pod's namespace, which may depend on the container's variables. */
  configMap: (variables: Record<string, string>) => string;
  rewrite: (text: string) => string;
  /** What `rewrite` does, for the report. */
  change: string;
  because: string;
}
