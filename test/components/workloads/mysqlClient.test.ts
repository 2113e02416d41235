import assert from "node:assert/strict";
import type { IDeployment } from "kubernetes-models/apps/v1";
import { mysqlClientManifests } from "../../../components/workloads/mysqlClient.js";
import { assertFollowsSchema } from "../crdSchemas.js";

const manifests = mysqlClientManifests({ namespace: "demo-server", passwordSecret: "mysqlRootPassword" });
const deployment = manifests.find(({ kind }) => kind === "Deployment") as IDeployment;

describe("The mysql client", () => {
  it("runs under a service account of its own, without a token for the API server", () => {
    assert.equal(deployment.spec?.template.spec?.serviceAccountName, "k8s-mysql");
    assert.equal(deployment.spec?.template.spec?.automountServiceAccountToken, false);
  });

  it("takes the password from a Secret whose value no manifest shows", () => {
    const secret = manifests.find(({ kind }) => kind === "Secret") as { stringData?: object } | undefined;
    assert.deepEqual(secret?.stringData, { password: "${secret:mysqlRootPassword}" });
    const env = deployment.spec?.template.spec?.containers?.[0]?.env;
    assert.deepEqual(env?.[0]?.valueFrom?.secretKeyRef, { name: "k8s-mysql-pass", key: "password" });
  });

  it("listens on 3306, keeps its data in an emptyDir and takes half a CPU at most", () => {
    const container = deployment.spec?.template.spec?.containers?.[0];
    assert.equal(container?.ports?.[0]?.containerPort, 3306);
    assert.equal(container?.resources?.limits?.cpu, "500m");
    assert.deepEqual(deployment.spec?.template.spec?.volumes, [{ name: "k8s-mysql-storage", emptyDir: {} }]);
  });

  it("renders objects the API server accepts", () => {
    manifests.forEach(assertFollowsSchema);
  });
});
