import type { Servers } from "../servers/servers.js";
import { app } from "./apps.js";
import { coredns } from "./coredns.js";
import { mongo, mysql, redis } from "./databases.js";
import type { Image } from "./image.js";
import { istiod, proxy } from "./istio.js";
import { nginx } from "./nginx.js";
import { prometheus } from "./prometheus.js";
import { shell } from "./shell.js";

export type { ConfigMapOverride, Image, ImageFile, Override } from "./image.js";

/** The number curl's image gives its user. */
const curlUser = 100;

/** Repository, without registry and tag, and what stands for it. The first that fits is taken. */
const images: [repository: RegExp, image: (servers: Servers) => Image][] = [
  [/(^|\/)pilot$/, istiod],
  [/(^|\/)proxyv2$/, proxy],
  [/(^|\/)coredns$/, coredns],
  [/(^|\/)(mysql|mariadb)$/, mysql],
  [/(^|\/)mongo$/, mongo],
  [/(^|\/)redis$/, redis],
  [/(^|\/)nginx$/, nginx],
  [/(^|\/)(alpine|busybox|netshoot|debian|ubuntu)$/, shell()],
  [/(^|\/)curl$/, shell(curlUser)],
  [/examples-bookinfo-productpage-v1$/, app("productpage")],
  [/examples-bookinfo-details-v1$/, app("details")],
  ...["reviews-v1", "reviews-v2", "reviews-v3", "ratings-v1", "ratings-v2"].map(bookinfo),
  [/retail-store-sample-ui$/, app("retail-ui")],
  [/retail-store-sample-catalog$/, app("retail-catalog")],
  [/retail-store-sample-orders$/, app("retail-orders")],
  [/microservices-demo\/frontend$/, app("boutique-frontend")],
  [/microservices-demo\/loadgenerator$/, app("boutique-loadgenerator")],
  [/microservices-demo\/\w+service$/, app("boutique-grpc")],
  [/(^|\/)prometheus$/, prometheus],
  [/opentelemetry-collector$/, app("traces")],
];

function bookinfo(version: string): [RegExp, (servers: Servers) => Image] {
  return [new RegExp(`examples-bookinfo-${version}$`), app(version)];
}

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
