import assert from "node:assert/strict";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import { ackSettings } from "./ackSettings.js";

const both = { revisions: [{ name: "1-31-4", version: "1.31.4" }, { name: "1-32-0" }], version: "1.32.0" };

interface Stack {
  cluster?: object;
  mesh?: object;
  gateway?: object;
  namespaces?: object[];
}

function load({ mesh, ...more }: Stack) {
  return loadSettings({
    cluster: { cloud: "existing" },
    mesh: { kind: "istio", ...mesh },
    namespaces: [{ name: "shop" }],
    ...more,
  });
}

/** What is wrong with a stack, as paths, each with what to write. */
function problems(stack: Stack): Record<string, string> {
  try {
    load(stack);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return Object.fromEntries(error.problems.map(({ path, instead }) => [path, instead]));
  }
  return {};
}

describe("Revisions of the control plane", () => {
  for (const [what, stack] of Object.entries<Stack>({
    "one without a name": {},
    "one with a name": { mesh: { revisions: [{ name: "1-32-0" }] } },
    "two, with the default written": { mesh: { ...both, defaultRevision: "1-31-4" } },
    "two, and a namespace that moved first": {
      mesh: { ...both, defaultRevision: "1-31-4" },
      namespaces: [{ name: "shop", revision: "1-32-0" }],
    },
    "a tag, as the default, of the gateway and of a namespace": {
      mesh: { ...both, tags: { stable: "1-31-4", next: "1-32-0" }, defaultRevision: "stable" },
      gateway: { revision: "next" },
      namespaces: [{ name: "shop", revision: "next" }],
    },
    "the tag default, where no control plane is without a name": {
      mesh: { ...both, tags: { default: "1-31-4" }, defaultRevision: "default" },
    },
    "the unnamed one beside one with a name": {
      mesh: {
        ...both,
        revisions: [{ name: "default", version: "1.31.4" }, { name: "1-32-0" }],
        defaultRevision: "default",
      },
    },
  }))
    it(`may be ${what}`, () => {
      assert.deepEqual(problems(stack), {});
    });

  const remedy = "Write 1-32-0. A revision stays in mesh.revisions until nobody uses it";
  const left = { version: "1.32.0", revisions: [{ name: "1-32-0" }] };
  for (const [what, stack, refused] of [
    [
      "is taken out while a namespace uses it",
      { mesh: left, namespaces: [{ name: "shop", revision: "prod" }] },
      { "namespaces[0].revision": remedy },
    ],
    [
      "is taken out while the gateway uses it",
      { mesh: left, gateway: { revision: "prod" } },
      { "gateway.revision": remedy },
    ],
    [
      "is taken out while a tag stands for it",
      { mesh: { ...left, tags: { stable: "prod" } } },
      { "mesh.tags.stable": remedy },
    ],
    [
      "is taken out while it is the default",
      { mesh: { ...left, defaultRevision: "prod" } },
      { "mesh.defaultRevision": remedy },
    ],
    [
      "is misspelled",
      {
        mesh: left,
        namespaces: [{ name: "shop", revision: "1-32-O" }].map(({ name }) => ({ name, revision: "1-32-1" })),
      },
      { "namespaces[0].revision": "Did you mean 1-32-0?" },
    ],
    [
      "is one of several, and no default is written",
      { mesh: both },
      { "mesh.defaultRevision": "Write 1-31-4, or the one that gateway and namespaces are to move to" },
    ],
    [
      "is listed twice",
      { mesh: { revisions: [{ name: "a" }, { name: "a" }], defaultRevision: "a" } },
      { "mesh.revisions[1].name": "Keep one of them" },
    ],
    [
      "has the name of a tag",
      { mesh: { ...both, defaultRevision: "1-32-0", tags: { "1-31-4": "1-32-0" } } },
      { "mesh.tags.1-31-4": "Rename the tag, or take the revision out" },
    ],
    [
      "is newer than the custom resource definitions",
      { mesh: { version: "1.31.4", revisions: [{ name: "a", version: "1.32.0" }] } },
      { "mesh.revisions[0].version": "Set mesh.version to 1.32.0, and give older revisions a version of their own" },
    ],
    [
      "is named for a namespace without sidecars",
      { mesh: left, namespaces: [{ name: "shop", injection: false, revision: "1-32-0" }] },
      { "namespaces[0].revision": "Leave it out" },
    ],
    [
      "is too old for the cluster",
      {
        cluster: { ...ackSettings, version: undefined },
        mesh: { ...both, revisions: [{ name: "a", version: "1.28.1" }, { name: "b" }], defaultRevision: "a" },
      },
      { "mesh.revisions[0].version": "Write 1.29.2 or later, or a cluster.version below 1.36" },
    ],
    [
      "is too old for the gateway",
      { mesh: { revisions: [{ name: "a", version: "1.28.1" }] }, gateway: { connectAfterHandshake: true } },
      { "gateway.connectAfterHandshake": "Leave it out" },
    ],
    [
      "is written by the key of earlier versions",
      { mesh: { revision: "canary" } },
      { "mesh.revision": "Write revisions, a list of them with a name each" },
    ],
  ] as const)
    it(`are refused where one ${what}`, () => {
      assert.deepEqual(problems(stack as Stack), refused);
    });

  it("are the cloud's affair on a mesh that the cloud runs", () => {
    const stack = { cluster: ackSettings, mesh: { kind: "asm" }, gateway: { revision: "a" } };
    assert.deepEqual(problems(stack), { "gateway.revision": "Leave it out" });
  });
});
