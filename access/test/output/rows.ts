import { message } from "../../messages/index.js";
import type { Row } from "../../model/model.js";

const intruder = { namespace: "other", workload: "intruder", serviceAccount: "default" };

/** Rows of every kind, for tests of how they are shown. */
export const rows: Row[] = [
  {
    from: { namespace: "demo", workload: "client", serviceAccount: "client" },
    to: { host: "db.example.com", port: 3306 },
    mesh: {
      verdict: "gateway",
      encryption: ["mutual-tls", "plaintext"],
      identity: true,
      exposes: null,
      because: [
        {
          kind: "VirtualService",
          namespace: "demo",
          name: "db",
          field: "spec.tcp[0]",
          ...message("server-anonymous"),
        },
      ],
    },
    bypass: {
      verdict: "blocked",
      because: [
        { kind: "NetworkPolicy", namespace: "demo", name: "deny", field: "spec.egress", ...message("allows-nothing") },
      ],
    },
  },
  {
    from: intruder,
    to: { host: "db.example.com", port: 3306 },
    mesh: {
      verdict: "blocked",
      encryption: [],
      identity: false,
      exposes: "handshake",
      because: [
        {
          kind: "AuthorizationPolicy",
          namespace: "gw",
          name: "db",
          field: "spec.rules",
          ...message("allow-without-rules"),
        },
      ],
    },
    bypass: {
      verdict: "open",
      because: [
        {
          kind: "NetworkPolicy",
          namespace: "",
          name: "",
          field: "",
          ...message("egress-not-limited"),
        },
      ],
    },
  },
  {
    from: intruder,
    to: { host: "two.example.com", port: 3306 },
    mesh: { verdict: "misrouted", encryption: ["plaintext"], identity: false, exposes: null, because: [] },
    bypass: { verdict: "unknown", because: [] },
  },
];
