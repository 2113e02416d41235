import { z } from "zod";
import { refusal, type RefusalId } from "./settingsMessages.js";

/** Names and addresses as Kubernetes and Istio accept them, each with a title for the reference and a message that says what to write. */

const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

/** Name of a Kubernetes object or namespace (RFC 1123 label). */
export const objectName = z
  .string()
  .regex(new RegExp(`^${label}$`), refusal("kubernetes-name"))
  .meta({ title: "Kubernetes name" });

const notAnAddress = "(?!\\d+(\\.\\d+){3}$)";

/** Fully qualified host name, without a wildcard or a trailing dot. */
export const hostName = z
  .string()
  .max(253)
  .regex(new RegExp(`^${notAnAddress}${label}(\\.${label})+$`), {
    error: ({ input }) => hostRefusal(String(input)) ?? refusal("host-name"),
  })
  .meta({ title: "host name" });

/** Host name, or a wildcard whose first label is `*`. */
export const hostOrWildcard = z
  .string()
  .max(253)
  .regex(new RegExp(`^${notAnAddress}(\\*\\.)?${label}(\\.${label})+$`), {
    error: ({ input }) => hostRefusal(String(input)) ?? refusal("host-or-wildcard"),
  })
  .meta({ title: "host name or wildcard" });

/** What people write in the place of a host, in this order, each with its own remedy. */
const hostMistakes: readonly [form: RegExp, id: RefusalId][] = [
  [/^mongodb\+srv:\/\//i, refusal("host-is-srv-url")],
  [/^([a-z]+:)?[a-z][a-z0-9+]*:\/\//i, refusal("host-is-url")],
  [/^[^,]+(,[^,]+)+$/, refusal("host-is-list")],
  [/[=;@]/, refusal("host-is-connection-string")],
  [/^\d+(\.\d+){3}$/, refusal("host-is-address")],
  [/^\d+(\.\d+){3}:\d+$/, refusal("host-is-address-with-port")],
  [/^[\d.]+\/\d+$/, refusal("host-is-range")],
  [/^\[?[0-9a-f]*:[0-9a-f:]*:[0-9a-f.]*(%\w+)?\]?(:\d+)?$/i, refusal("host-is-ipv6-address")],
  [/^(\/cloudsql\/)?[a-z][-a-z0-9.]*(:[a-z][-a-z0-9]*){2,3}$/, refusal("host-is-connection-name")],
  [/:\d+$/, refusal("host-has-port")],
  [/^_\w+\._tcp\./, refusal("host-is-service-record")],
  [/\s/, refusal("host-has-space")],
  [/[A-Z]/, refusal("host-in-capitals")],
  [/^[^.].*\.$/, refusal("host-ends-in-dot")],
  [/_/, refusal("host-has-underscore")],
  [/.\*/, refusal("host-wildcard-inside")],
];

function hostRefusal(text: string): RefusalId | undefined {
  return hostMistakes.find(([form]) => form.test(text))?.[1];
}

const octet = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const dotted = `${octet}(\\.${octet}){3}`;

/** IPv4 address that a server can have. */
export const ipv4 = z
  .string()
  .regex(new RegExp(`^${dotted}$`), {
    error: ({ input }) => addressRefusal(String(input)),
    abort: true,
  })
  .refine((text) => !/^(0|127|22[4-9]|2[3-5]\d)\./.test(text), refusal("address-of-no-server"))
  .meta({ title: "IPv4 address" });

/** What people write in the place of an address. */
function addressRefusal(text: string): RefusalId {
  if (/^\d+(\.\d+){3}:\d+$/.test(text)) return refusal("address-with-port");
  if (/^[\d.]+\/\d+$/.test(text)) return refusal("address-is-range");
  if (/^[0-9a-f]*:[0-9a-f:]*:[0-9a-f.]*$/i.test(text)) return refusal("address-is-ipv6");
  return new RegExp(`^${label}(\\.${label})+$`).test(text) && /[a-z]/.test(text)
    ? refusal("address-is-name")
    : refusal("ipv4-address");
}

/** IPv4 range. */
export const cidr = z
  .string()
  .regex(new RegExp(`^${dotted}/([12]?\\d|3[0-2])$`), refusal("ipv4-range"))
  .meta({ title: "IPv4 range" });

/** TCP port. */
export const port = z.int().min(1).max(65535).meta({ title: "port" });

/** Duration in Istio's form. */
export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, {
    error: refusal("duration"),
    abort: true,
  })
  .meta({ title: "duration" });

/** Duration that must not be nothing, as Istio's validation has it: whole milliseconds. */
export const time = duration.refine((text) => Number.isInteger(milliseconds(text)) && milliseconds(text) > 0, {
  error: refusal("whole-milliseconds"),
  abort: true,
});

/** Duration that is cut down to seconds on its way: Linux counts keepalive in them, Envoy its drain time. */
export const wholeSeconds = time.refine((text) => milliseconds(text) % 1000 === 0, refusal("whole-seconds"));

/** Duration as Prometheus writes it: one number, one unit. */
export const rangeDuration = z
  .string()
  .regex(/^\d+[smhd]$/, refusal("range-duration"))
  .meta({ title: "duration" });

const secondsPer = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Length of a duration in seconds. */
export function seconds(text: z.infer<typeof duration>): number {
  const unit = text.replace(/[\d.]/g, "") as keyof typeof secondsPer;
  return Number.parseFloat(text) * secondsPer[unit];
}

// Decimal places of a duration are few; what binary fractions add is far below them.
const milliseconds = (text: string): number => Number((seconds(text) * 1000).toPrecision(12));

/** Amount of memory in Kubernetes' form. */
export const memory = z
  .string()
  .regex(/^\d+(\.\d+)?([KMGT]i|[kMGT])?$/, refusal("memory"))
  .meta({ title: "memory" });

const bytesPer = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Bytes of an amount of memory. */
export function bytes(text: z.infer<typeof memory>): number {
  const unit = text.replace(/[\d.]/g, "") as keyof typeof bytesPer;
  return Number.parseFloat(text) * bytesPer[unit];
}

/** Amount of CPU in Kubernetes' form. */
export const cpu = z
  .string()
  .regex(/^(\d+m|\d+(\.\d+)?)$/, refusal("cpu"))
  .meta({ title: "CPU" });

/** CPUs of an amount. */
export function cpus(text: z.infer<typeof cpu>): number {
  return text.endsWith("m") ? Number.parseInt(text, 10) / 1000 : Number(text);
}

/** Labels of Kubernetes objects. */
export const labels = z.record(z.string(), z.string()).meta({ title: "labels" });

/** Reference to an entry of the `secrets` key: the name only, never the value. */
export const secretName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9]*$/, refusal("secret-name"))
  .meta({ title: "name of a secret" });
