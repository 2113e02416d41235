import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { adviceOf, message, messages, plainArguments, textOf } from "../../messages/index.js";
import { assertionMessages } from "../../messages/assertionMessages.js";
import { assumptionMessages } from "../../messages/assumptionMessages.js";
import { commandMessages } from "../../messages/cliMessages.js";
import { findingMessages } from "../../messages/findingMessages.js";
import { meshMessages } from "../../messages/meshMessages.js";
import { networkMessages } from "../../messages/networkMessages.js";
import { problemMessages } from "../../messages/problemMessages.js";
import { usageMessages } from "../../messages/usageMessages.js";
import { validationMessages } from "../../messages/validationMessages.js";
import { workloadMessages } from "../../messages/workloadMessages.js";

const clauses = { ...workloadMessages, ...meshMessages, ...networkMessages };

describe("messages", () => {
  it("put arguments in their places: text, numbers, lists and other messages", () => {
    const because = message("assertion-exposes", { expected: "nothing", actual: "handshake" });
    const args = { port: 443, hosts: ["one", "two"], gateway: because };
    const said = textOf(message("anonymous-server", args));
    assert.match(said, /port 443 .* reaches one, two,/);
    assert.ok(said.includes(`the server of ${textOf(because)} requests`));
    assert.deepEqual(plainArguments(message("anonymous-server", args)), {
      port: 443,
      hosts: "one, two",
      gateway: textOf(because),
    });
  });

  it("take exactly the arguments that their texts name", () => {
    // @ts-expect-error: database is missing
    message("host-not-known", { origin: "rds.host" });
    // @ts-expect-error: the text names no port
    message("host-not-known", { database: "orders", origin: "rds.host", port: 1 });
    // @ts-expect-error: the text has no gaps
    message("sidecar-bypassed", { pod: "x" });
  });

  it("leave braces in an argument as they are", () => {
    assert.match(textOf(message("invalid-yaml", { reason: "{kind} is odd" })), /\{kind\} is odd/);
  });

  it("have ids of their own, whichever table holds them", () => {
    const sentences = [assertionMessages, assumptionMessages, commandMessages, problemMessages, findingMessages];
    const ids = [
      workloadMessages,
      meshMessages,
      networkMessages,
      validationMessages,
      usageMessages,
      ...sentences,
    ].flatMap(Object.keys);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
    assert.equal(ids.length, Object.keys(messages).length);
  });

  it("are clauses without a full stop as evidence, and sentences as problems and findings", () => {
    assert.deepEqual(
      Object.values(clauses).filter((text: string) => /[.!?]$/.test(text)),
      [],
    );
    const sentences = [...Object.values(problemMessages), ...Object.values(findingMessages)].map(({ text }) => text);
    assert.deepEqual(
      sentences.filter((text) => !/([.]|\{reason\})$/.test(text)),
      [],
    );
  });

  it("of findings name a fix for settings, one for manifests, and a page that exists", () => {
    for (const id of Object.keys(findingMessages) as (keyof typeof findingMessages)[]) {
      const { settings, manifests, docs } = adviceOf({ id, args: {} });
      assert.ok(settings.endsWith(".") && manifests.endsWith("."), id);
      assert.ok(existsSync(`docs/${docs.split("#")[0]}`), docs);
    }
  });
});
