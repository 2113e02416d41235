import assert from "node:assert/strict";

import type { Image } from "../../images/imagePrograms.js";
import { overriddenVariables, PodOverrides } from "../../node/overrides.js";

const image: Image = {
  runs: "a server",
  entrypoint: ["/server"],
  arguments: [],
  overrides: [
    { variable: "MODE", value: "plain", because: "the lab has no other" },
    {
      file: "/etc/server/mesh",
      configMap: ({ REVISION: revision }) => `config-${revision}`,
      rewrite: (text) => text.replace("on", "off"),
      change: "off",
      because: "the lab has no other",
    },
  ],
};
const asked = { spec: { containers: [{ name: "c", image: "server", env: [{ name: "REVISION", value: "a" }] }] } };

describe("an image's overrides", () => {
  const overrides = new PodOverrides(asked, () => image);

  it("win over the pod's variables", () => {
    assert.deepEqual(overriddenVariables(image), { MODE: "plain" });
  });

  it("lay a changed copy of a config map where the program looks for it", () => {
    const [volume] = overrides.pod.spec?.volumes ?? [];
    assert.equal(volume?.configMap?.name, "config-a");
    assert.equal(overrides.pod.spec?.containers[0]?.volumeMounts?.[0]?.mountPath, "/etc/server");
    assert.equal(overrides.rewrite(volume?.name ?? "", "mesh", Buffer.from("on")).toString(), "off");
  });

  it("leave every other volume, and the pod as it was asked for, alone", () => {
    assert.equal(overrides.rewrite("own", "mesh", Buffer.from("on")).toString(), "on");
    assert.equal("volumes" in asked.spec, false);
  });
});
