import assert from "node:assert/strict";
import { blueprintOf } from "../../../components/blueprint.js";
import type { Manifest } from "../../../components/manifest.js";
import { deployerRoles, deployerVerbs } from "../../../components/rbac/deployerRoles.js";
import { loadSettings } from "../../../settings/load.js";
import { SettingsError } from "../../../settings/problem.js";
import { readStackFile } from "../../../settings/stackFile.js";
import { smallStack } from "../../plan/stackFiles.js";

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}
type Role = Manifest & { rules: Rule[] };

const somebody = [{ kind: "User" as const, name: "deployer" }];
const onMesh = { ...smallStack, mesh: { kind: "istio", install: false } };
const rolesOf = (settings: object) => {
  const blueprint = blueprintOf(loadSettings({ ...settings }));
  return { blueprint, roles: deployerRoles(blueprint, somebody) };
};
const isRole = (one: Manifest): one is Role => one.kind === "Role" || one.kind === "ClusterRole";

/** Whether a role lets somebody do something with an object. */
function allows(
  roles: readonly Manifest[],
  verb: string,
  group: string,
  resource: string,
  name: string,
  namespace?: string,
) {
  return roles
    .filter(isRole)
    .some(
      ({ metadata, rules }) =>
        metadata.namespace === namespace &&
        rules.some(
          (rule) =>
            rule.apiGroups.includes(group) &&
            rule.resources.includes(resource) &&
            rule.verbs.includes(verb) &&
            (rule.resourceNames === undefined || rule.resourceNames.includes(name)),
        ),
    );
}

describe("Roles for up itself", () => {
  it("allow to read, in every namespace, what an admission policy reads", () => {
    const { roles } = rolesOf(onMesh);
    assert.ok(allows(roles, "get", "networking.istio.io", "serviceentries", "any"));
    assert.ok(!allows(roles, "list", "networking.istio.io", "serviceentries", "any"));
    assert.ok(!allows(roles, "get", "networking.istio.io", "virtualservices", "any"));
  });

  it("allow every verb on the stack's objects in their own namespaces, and nothing in any other", () => {
    const { blueprint, roles } = rolesOf(onMesh);
    const places = new Set(blueprint.manifests.flatMap(({ metadata }) => metadata.namespace ?? []));
    assert.deepEqual(
      roles.flatMap((one) => (one.kind === "Role" ? [one.metadata.namespace] : [])),
      [...places].sort(),
    );
    for (const verb of deployerVerbs) {
      assert.ok(allows(roles, verb, "networking.istio.io", "serviceentries", "any", "istio-egress"), verb);
      assert.ok(allows(roles, verb, "networking.k8s.io", "networkpolicies", "any", "shop"), verb);
      assert.ok(!allows(roles, verb, "apps", "deployments", "any", "shop"), verb);
    }
    assert.ok(!roles.filter(isRole).some(({ rules }) => rules.some(({ resources }) => resources.includes("secrets"))));
  });

  it("change what belongs to no namespace by name only, and see its kind while they wait", () => {
    const { roles } = rolesOf(onMesh);
    assert.ok(allows(roles, "delete", "", "namespaces", "shop"));
    assert.ok(!allows(roles, "delete", "", "namespaces", "kube-system"));
    const [cluster] = roles.filter((one): one is Role => one.kind === "ClusterRole");
    for (const { resourceNames, verbs } of cluster?.rules ?? [])
      if (resourceNames === undefined) assert.ok(verbs.every((verb) => ["get", "list", "watch"].includes(verb)));
  });

  it("bring the namespaces that the stack creates, and let nobody delete one that existed", () => {
    const namespaces = [{ name: "shop" }, { name: "billing", management: "adopt" }];
    const { roles } = rolesOf({ ...onMesh, namespaces });
    const brought = roles.flatMap(({ kind, metadata }) => (kind === "Namespace" ? [metadata.name] : []));
    assert.deepEqual(brought, ["istio-egress", "shop"]);
    assert.ok(allows(roles, "patch", "", "namespaces", "billing"));
    for (const verb of ["create", "delete"]) assert.ok(!allows(roles, verb, "", "namespaces", "billing"), verb);
  });

  it("let roles that the stack writes be written and bound by their names", () => {
    const subjects = [{ kind: "Group", name: "readers" }];
    const rules = [{ resources: ["pods"], verbs: ["get"] }];
    const { roles } = rolesOf({ ...onMesh, rbac: [{ name: "reader", namespace: "shop", rules, subjects }] });
    for (const verb of ["escalate", "bind"]) {
      assert.ok(allows(roles, verb, "rbac.authorization.k8s.io", "roles", "reader", "shop"), verb);
      assert.ok(!allows(roles, verb, "rbac.authorization.k8s.io", "roles", "another", "shop"), verb);
    }
  });

  it("are refused where the stack installs Istio, whose charts write what nobody knows beforehand", () =>
    assert.throws(
      () => rolesOf({ ...smallStack, mesh: { kind: "istio" } }),
      (error) => error instanceof SettingsError && error.problems[0]?.path === "mesh.install",
    ));

  it("name every kind by the resource that the API server serves it as", () => {
    const { own } = readStackFile("stacks/Pulumi.bookstore.yaml");
    const { roles } = rolesOf(own);
    const resources = roles.filter(isRole).flatMap(({ rules }) => rules.flatMap((rule) => rule.resources));
    for (const resource of [
      "telemetries",
      "networkpolicies",
      "peerauthentications",
      "proxyconfigs",
      "globalnetworkpolicies",
    ])
      assert.ok(resources.includes(resource), `${resource}: ${resources.join(" ")}`);
  });
});
