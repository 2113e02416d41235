import type { About } from "../../output/about.js";

/** A report's head, the same in every test. */
export const about: About = {
  subject: "shop",
  tool: { name: "mesh-access", version: "1.2.3" },
  options: { mesh: { outboundTrafficPolicy: "REGISTRY_ONLY" } },
  made: new Date("2026-01-02T03:04:05Z"),
};
