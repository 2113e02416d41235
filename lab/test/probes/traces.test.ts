import assert from "node:assert/strict";
import { pathAlong, type Span } from "../../probes/traces.js";

const [client, server] = ["SPAN_KIND_CLIENT", "SPAN_KIND_SERVER"];

function span(id: string, service: string, kind: string | undefined, parent?: string): Span {
  return { id, service, kind: kind ?? "", trace: "1", name: "", attributes: {}, ...(parent ? { parent } : {}) };
}

describe("The spans of a request", () => {
  const whole = [
    span("d", "reviews", server, "c"),
    span("a", "gateway", server, "the caller's own"),
    span("c", "gateway", client, "a"),
    span("e", "reviews", client, "d"),
    span("x", "details", server, "c"),
    span("f", "ratings", server, "e"),
  ];
  const along = ["gateway", "reviews", "ratings"];

  it("are a chain from the first service to the last, whatever else is in the trace and in whatever order they came", () => {
    assert.deepEqual(
      pathAlong(whole, along)?.map(({ id }) => id),
      ["a", "c", "d", "e", "f"],
    );
  });

  it("are none while one is missing, or where a server's span follows from no client's", () => {
    for (const { id } of whole.filter(({ service }) => along.includes(service)).slice(1)) {
      const rest = whole.filter((one) => one.id !== id);
      if (id !== "a") assert.equal(pathAlong(rest, along), undefined, id);
    }
    const withoutClient = [...whole.filter(({ id }) => id !== "e" && id !== "f"), span("f", "ratings", server, "d")];
    assert.equal(pathAlong(withoutClient, along), undefined);
  });
});
