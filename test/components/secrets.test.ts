import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { resolved } from "../../components/placeholders.js";
import { secretPlaceholder, secretValueOf } from "../../components/secrets.js";

async function revealed(text: string, secrets: Record<string, string>) {
  const output = pulumi.output(resolved(text, secretValueOf(secrets)) as string);
  const [value, secret] = await Promise.all([new Promise((resolve) => output.apply(resolve)), pulumi.isSecret(output)]);
  return { value, secret };
}

describe("Secret values", () => {
  it("take the placeholder's place only in what is registered, and stay secret", async () => {
    const data = { password: secretPlaceholder("root") };
    assert.deepEqual(await revealed(data.password, { root: "pa55" }), { value: "pa55", secret: true });
    assert.equal(data.password, "${secret:root}");
  });

  it("are encoded inside a URL, so that no character of a password ends it", async () => {
    const url = `mongodb://bookinfo:${secretPlaceholder("db", "url")}@db.example.com:27017/test`;
    const { value } = await revealed(url, { db: "a/b@c:$&" });
    assert.equal(value, "mongodb://bookinfo:a%2Fb%40c%3A%24%26@db.example.com:27017/test");
  });

  it("that are missing are asked for by name", () => {
    assert.throws(
      () => resolved(secretPlaceholder("root"), secretValueOf({})),
      /secrets\.root is missing.*config set --secret/,
    );
  });
});
