import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { secretMarker, withSecretValues } from "../../components/secrets.js";

function secretObject(stringData: Record<string, string>) {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData };
}

async function revealed(stringData: Record<string, string>, secrets: Record<string, string>) {
  const manifest = withSecretValues(secretObject(stringData), secrets) as ReturnType<typeof secretObject>;
  const output = pulumi.output(Object.values(manifest.stringData)[0]);
  const [value, secret] = await Promise.all([new Promise((resolve) => output.apply(resolve)), pulumi.isSecret(output)]);
  return { value, secret };
}

describe("Secret values", () => {
  it("take the marker's place only in what is registered, and stay secret", async () => {
    const data = { password: secretMarker("root") };
    assert.deepEqual(await revealed(data, { root: "pa55" }), { value: "pa55", secret: true });
    assert.equal(data.password, "[secret: root]");
  });

  it("are encoded inside a URL, so that no character of a password ends it", async () => {
    const url = `mongodb://bookinfo:${secretMarker("db", "url")}@db.example.com:27017/test`;
    const { value } = await revealed({ url }, { db: "a/b@c:$&" });
    assert.equal(value, "mongodb://bookinfo:a%2Fb%40c%3A%24%26@db.example.com:27017/test");
  });

  it("that are missing are asked for by name", () => {
    assert.throws(
      () => withSecretValues(secretObject({ password: secretMarker("root") }), {}),
      /secrets\.root is missing.*config set --secret/,
    );
  });

  it("leave a Secret without markers as it is", () => {
    const plain = secretObject({ user: "bookinfo" });
    assert.deepEqual(withSecretValues(plain, {}), plain);
  });
});
