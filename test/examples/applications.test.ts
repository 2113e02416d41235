import assert from "node:assert/strict";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IService } from "kubernetes-models/v1";
import { workloadManifests } from "../../components/workloads/workload.js";
import { readManifests } from "../../settings/manifestFiles.js";
import { assertFollowsSchema } from "../components/crdSchemas.js";
import type { Manifest } from "../../components/manifest.js";

/** The objects of a folder of examples, as a stack takes them. */
function manifestsOf(folder: string): Manifest[] {
  const { objects, problems } = readManifests(folder, process.cwd(), "folder");
  assert.deepEqual(problems, []);
  return objects.map(({ object }) => object);
}

const applications: Record<string, Manifest[]> = {
  mysql: manifestsOf("examples/mysql"),
  bookinfo: manifestsOf("examples/bookinfo"),
  bookstore: manifestsOf("examples/bookstore"),
  retail: manifestsOf("examples/retail"),
  boutique: manifestsOf("examples/boutique"),
  "a deployment of the settings": workloadManifests({
    workload: "own",
    namespace: "team",
    image: "alpine:3.22",
    ports: [{ name: "http", port: 8080, servicePort: 80 }],
    env: { COLOUR: "blue" },
    secretEnv: { TOKEN: "apiToken" },
    runAsUser: 1000,
  }),
};

function deployments(manifests: Manifest[]): IDeployment[] {
  return manifests.filter(({ kind }) => kind === "Deployment") as IDeployment[];
}

function podSpec(deployment: IDeployment) {
  const spec = deployment.spec?.template.spec;
  assert.ok(spec, deployment.metadata?.name);
  return spec;
}

function containers(manifests: Manifest[]) {
  return deployments(manifests).flatMap((deployment) => podSpec(deployment).containers ?? []);
}

function environment(manifests: Manifest[], workload: string): Record<string, unknown> {
  const found = deployments(manifests).find(({ metadata }) => metadata?.name === workload);
  assert.ok(found, workload);
  const env = podSpec(found).containers?.[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom?.secretKeyRef]));
}

for (const [application, manifests] of Object.entries(applications)) {
  describe(`The workloads of ${application}`, () => {
    it("are objects the API server accepts, none of them twice", () => {
      manifests.forEach(assertFollowsSchema);
      const identities = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
      assert.deepEqual(identities, [...new Set(identities)]);
    });

    it("run under accounts that exist, not the namespace's default one, and get no token", () => {
      const accounts = manifests.filter(({ kind }) => kind === "ServiceAccount").map(({ metadata }) => metadata.name);
      for (const deployment of deployments(manifests)) {
        const { serviceAccountName, automountServiceAccountToken } = podSpec(deployment);
        assert.ok(accounts.includes(serviceAccountName ?? ""), serviceAccountName);
        assert.equal(automountServiceAccountToken, false);
      }
    });

    it("can gain no privilege, keep no capability the baseline level forbids, and are limited", () => {
      const baseline = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "NET_BIND_SERVICE", "SETGID", "SETUID"];
      for (const { name, securityContext, resources } of containers(manifests)) {
        assert.equal(securityContext?.allowPrivilegeEscalation, false, name);
        assert.deepEqual(securityContext?.capabilities?.drop, ["ALL"], name);
        assert.ok(
          (securityContext?.capabilities?.add ?? []).every((capability) => baseline.includes(capability)),
          name,
        );
        assert.equal(securityContext?.seccompProfile?.type, "RuntimeDefault", name);
        assert.ok(resources?.requests?.cpu && resources.limits?.memory, name);
      }
    });

    it("are selected by their Service", () => {
      for (const service of manifests.filter(({ kind }) => kind === "Service") as IService[]) {
        const selected = deployments(manifests).some((deployment) =>
          Object.entries(service.spec?.selector ?? {}).every(
            ([key, value]) => deployment.spec?.template.metadata?.labels?.[key] === value,
          ),
        );
        assert.ok(selected, service.metadata?.name);
      }
    });

    it("fit on one node of sixteen cores together with a sidecar each", () => {
      const sidecarMillicores = 100;
      const millicores = (cpu: string) => (cpu.endsWith("m") ? parseInt(cpu) : Number(cpu) * 1000);
      const requested = containers(manifests).reduce(
        (sum, { resources }) => sum + millicores(String(resources?.requests?.cpu)) + sidecarMillicores,
        0,
      );
      assert.ok(requested < 4000, `${requested} millicores`);
    });
  });
}

describe("Bookinfo", () => {
  const manifests = applications.bookinfo ?? [];

  it("sends reviews to v3 and ratings to v2, whose subsets exist", () => {
    const routes = manifests
      .filter(({ kind }) => kind === "VirtualService")
      .map((manifest) => {
        const { spec } = manifest as unknown as {
          spec: { http: { route: { destination: { host: string; subset: string } }[] }[] };
        };
        return spec.http[0]?.route[0]?.destination;
      });
    assert.deepEqual(routes, [
      { host: "reviews.bookinfo.svc.cluster.local", subset: "v3" },
      { host: "ratings.bookinfo.svc.cluster.local", subset: "v2" },
    ]);
    const subsets = manifests
      .filter(({ kind }) => kind === "DestinationRule")
      .flatMap((rule) =>
        (rule as unknown as { spec: { subsets: { name: string }[] } }).spec.subsets.map(
          ({ name }) => `${rule.metadata.name}-${name}`,
        ),
      );
    for (const subset of ["reviews-v3", "ratings-v2"]) assert.ok(subsets.includes(subset));
  });

  it("takes the database's address from a Secret that shows no password", () => {
    assert.deepEqual(environment(manifests, "ratings-v2").MONGO_DB_URL, { name: "ratings-mongodb", key: "url" });
    const secret = manifests.find(({ kind }) => kind === "Secret") as unknown as { stringData: { url: string } };
    assert.equal(
      secret.stringData.url,
      "mongodb://bookinfo:${secret:bookinfoPassword|url}@mongo.db.example.com:27017/test?authSource=test&ssl=false",
    );
  });

  it("gives only ratings v2 the account that may use the database", () => {
    const users = deployments(manifests).filter(
      (deployment) => podSpec(deployment).serviceAccountName === "bookinfo-ratings-v2",
    );
    assert.deepEqual(
      users.map(({ metadata }) => metadata?.name),
      ["ratings-v2"],
    );
  });

  it("runs without a database, its ratings from memory", () => {
    const without = manifestsOf("examples/bookinfo/app");
    assert.ok(!without.some(({ metadata }) => metadata.name === "ratings-v2"));
    assert.ok(!without.some(({ kind, metadata }) => kind === "VirtualService" && metadata.name === "ratings"));
    assert.ok(!without.some(({ kind }) => kind === "Secret"));
  });
});

describe("The shop of retail", () => {
  it("labels the catalog and its database alike but for the component, so that policies can distinguish them", () => {
    const labels = (name: string) =>
      deployments(applications.retail ?? []).find(({ metadata }) => metadata?.name === name)?.spec?.template.metadata
        ?.labels;
    assert.deepEqual(labels("catalog"), {
      "app.kubernetes.io/name": "catalog",
      "app.kubernetes.io/component": "service",
    });
    assert.deepEqual(labels("catalog-mysql"), {
      "app.kubernetes.io/name": "catalog",
      "app.kubernetes.io/component": "mysql",
    });
  });
});

describe("Online Boutique", () => {
  const manifests = applications.boutique ?? [];

  it("has its eleven services and their cart's store, a load balancer, and a client that can be left out", () => {
    assert.equal(deployments(manifests).length, 12);
    assert.equal(deployments(manifestsOf("examples/boutique/shop")).length, 11);
    const external = manifests.find(({ metadata }) => metadata.name === "frontend-external") as IService;
    assert.equal(external.spec?.type, "LoadBalancer");
  });

  it("tells each service addresses that its callees' Services answer at", () => {
    const open = (manifests.filter(({ kind }) => kind === "Service") as IService[]).map(
      ({ metadata, spec }) => `${metadata?.name}:${spec?.ports?.[0]?.port}`,
    );
    for (const { env } of containers(manifests))
      for (const { name, value } of env ?? [])
        if (name.endsWith("_ADDR") && !name.startsWith("SHOPPING_ASSISTANT"))
          assert.ok(open.includes(String(value)), `${name} ${value}`);
  });
});
