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

/** An environment variable set against the pod's own, and why. */
export interface Override {
  variable: string;
  value: string;
  because: string;
}

/** Finds a program the lab built or installed, by its file name. */
export type LocateProgram = (name: string) => string;
