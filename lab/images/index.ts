import type { Servers } from "../servers/index.js";
import { coredns } from "./coredns.js";
import type { Image } from "./image.js";
import { pilot, proxy } from "./istio.js";
import { shell } from "./shell.js";

export type { ConfigMapOverride, Image, ImageFile, Override } from "./image.js";

/** Repository, without registry and tag, and what stands for it. The first that fits is taken. */
const images: [repository: RegExp, image: (servers: Servers) => Image][] = [
  [/(^|\/)pilot$/, pilot],
  [/(^|\/)proxyv2$/, proxy],
  [/(^|\/)coredns$/, coredns],
  [/(^|\/)(alpine|busybox|curl|netshoot|debian|ubuntu)$/, shell],
];

/** The program that stands for an image reference, or undefined. */
export function imageFor(reference: string, servers: Servers): Image | undefined {
  const name = repository(reference);
  return images.find(([pattern]) => pattern.test(name))?.[1](servers);
}

/** An image reference without registry, tag and digest: `reg:5000/a/b:1@sha256:..` is `a/b`. */
export function repository(reference: string): string {
  const [tagged = ""] = reference.split("@");
  const path = tagged.replace(/:[^/:]*$/, "").split("/");
  // Only the first part can be a registry, and then it has a dot, a port, or is localhost.
  const hasRegistry = path.length > 1 && /[.:]|^localhost$/.test(path[0] ?? "");
  return (hasRegistry ? path.slice(1) : path).join("/");
}

/** Everything in which the lab departs from what pods ask, as lines for its report. */
export function overrideLines(servers: Servers): string[] {
  const lines = images.flatMap(([, image]) =>
    (image(servers).overrides ?? []).map((override) => {
      const what =
        "variable" in override ? `${override.variable}=${override.value}` : `${override.file}: ${override.change}`;
      return `${image.name}: ${what}, because ${override.because}`;
    }),
  );
  return [...new Set(lines)];
}
