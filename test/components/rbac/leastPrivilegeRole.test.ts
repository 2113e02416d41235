import assert from "node:assert/strict";
import {
  leastPrivilegeRoleManifests,
  type LeastPrivilegeRoleArgs,
} from "../../../components/rbac/leastPrivilegeRole.js";
import { assertFollowsSchema } from "../crdSchemas.js";

const viewer: LeastPrivilegeRoleArgs = {
  role: "viewer",
  namespace: "bookstore",
  rules: [{ resources: ["pods"], verbs: ["get", "list"] }],
  subjects: [{ kind: "ServiceAccount", name: "viewer", create: true }],
};

describe("LeastPrivilegeRole", () => {
  it("holds in its namespace, for an account that gets no token unasked", () => {
    const manifests = leastPrivilegeRoleManifests(viewer);
    manifests.forEach(assertFollowsSchema);
    assert.deepEqual(
      manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`),
      ["ServiceAccount bookstore", "Role bookstore", "RoleBinding bookstore"],
    );
    assert.equal((manifests[0] as unknown as Record<string, unknown>).automountServiceAccountToken, false);
  });

  it("holds in the whole cluster only when it names no namespace", () => {
    const manifests = leastPrivilegeRoleManifests({
      ...viewer,
      namespace: undefined,
      subjects: [
        { kind: "ServiceAccount", name: "viewer", namespace: "tools" },
        { kind: "Group", name: "operators" },
      ],
    });
    manifests.forEach(assertFollowsSchema);
    assert.deepEqual(
      manifests.map(({ kind }) => kind),
      ["ClusterRole", "ClusterRoleBinding"],
    );
  });

  it("refuses every wildcard at once, unless told to accept them", () => {
    const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
    assert.throws(
      () => leastPrivilegeRoleManifests({ ...viewer, rules }),
      /apiGroups.*\n.*resources.*\n.*verbs.*set allowWildcards/,
    );
    assert.doesNotThrow(() => leastPrivilegeRoleManifests({ ...viewer, rules, allowWildcards: true }));
    assert.throws(() => leastPrivilegeRoleManifests({ ...viewer, rules: [{ resources: ["pods/*"], verbs: ["get"] }] }));
  });

  it("asks for the namespace of an account when nothing says it", () => {
    assert.throws(() => leastPrivilegeRoleManifests({ ...viewer, namespace: undefined }), /subjects\[0\]\.namespace/);
  });
});
