import assert from "node:assert/strict";
import type { IDeployment } from "kubernetes-models/apps/v1";
import type { IConfigMap, IService } from "kubernetes-models/v1";
import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1";
import { forwarderOf } from "../../../components/egress/forwarder.js";
import { type EgressGatewayArgs, egressGatewayManifests } from "../../../components/gateway/egressGateway.js";
import { asmFacts, cloudServiceMeshFacts, istioFacts } from "../../../components/mesh/meshFacts.js";
import { onGatewayNodes } from "../../../components/cluster/cluster.js";
import { SettingsError } from "../../../settings/problem.js";
import { assertFollowsSchema } from "../crdSchemas.js";
import { mesh, ofKind } from "../egress/paths.js";

const wildcard = forwarderOf({ name: "partners", host: "*.partner.example.com", port: 443 });

describe("The egress gateway", () => {
  const manifests = egressGatewayManifests({ mesh });
  const [deployment] = ofKind<IDeployment>(manifests, "Deployment");

  it("lets nobody pass by itself, and only its own pods hear of it", () => {
    const [policy] = ofKind<IAuthorizationPolicy>(manifests, "AuthorizationPolicy");
    assert.deepEqual(policy?.spec, { selector: { matchLabels: { istio: "egressgateway" } } });
  });

  it("is reached inside the cluster only, on one port for all databases", () => {
    const [service] = ofKind<IService>(manifests, "Service");
    assert.equal(service?.spec?.type, "ClusterIP");
    assert.deepEqual(
      service?.spec?.ports?.map(({ port }) => port),
      [15443],
    );
  });

  it("leaves the number of pods to the autoscaler, and loses one at a time at most", () => {
    assert.equal(deployment?.spec?.replicas, undefined);
    assert.equal(ofKind(manifests, "HorizontalPodAutoscaler").length, 1);
    assert.equal(ofKind(manifests, "PodDisruptionBudget").length, 1);
  });

  it("waits for the connections it carries before a pod ends", () => {
    const { terminationGracePeriodSeconds, containers } = deployment?.spec?.template.spec ?? {};
    assert.deepEqual(containers?.[0]?.env, [{ name: "EXIT_ON_ZERO_ACTIVE_CONNECTIONS", value: "true" }]);
    assert.equal(terminationGracePeriodSeconds, 60);
  });

  it("lets connections outlive a change of policies for as long as it is told", () => {
    const configOf = (drainDuration?: string) =>
      ofKind<IDeployment>(egressGatewayManifests({ mesh, drainDuration }), "Deployment")[0]?.spec?.template.metadata
        ?.annotations?.["proxy.istio.io/config"];
    assert.equal(configOf(), undefined);
    assert.equal(configOf("1h"), '{"drainDuration":"1h"}');
  });

  it("refuses on ASM what ASM's operator decides about the pods", () => {
    const asm = asmFacts({ controlPlaneCidr: "10.0.0.0/24" });
    assert.throws(
      () => egressGatewayManifests({ mesh: asm, namespace: "egress", drainDuration: "1h", image: "proxyv2:1.27" }),
      /gateway\.namespace: "egress" cannot hold a gateway of ASM.*\n.*gateway\.drainDuration: "1h" cannot be set on ASM.*\n.*gateway\.image: "proxyv2:1\.27" cannot be set on ASM/,
    );
  });

  it("connects to no database before the caller's handshake, unless told to or where nothing can tell the proxy", () => {
    const patches = (args: Partial<EgressGatewayArgs>) =>
      ofKind<IEnvoyFilter>(egressGatewayManifests({ mesh, ...args }), "EnvoyFilter").flatMap(
        ({ spec }) => spec?.configPatches ?? [],
      );
    const [patch, ...others] = patches({});
    assert.deepEqual(others, []);
    assert.match(JSON.stringify(patch?.patch?.value), /ON_DOWNSTREAM_TLS_HANDSHAKE/);
    assert.deepEqual(patches({ connectAfterHandshake: false }), []);
    const asm = asmFacts({ controlPlaneCidr: "10.0.0.0/24" });
    assert.equal(patches({ mesh: asm, connectAfterHandshake: false }).length, 0);
    const version = new RegExp(patches({ mesh: asm })[0]?.match?.proxy?.proxyVersion ?? "");
    assert.deepEqual(
      ["1.28.9", "1.29.0", "1.31.1-asm.19", "1.3.1"].map((each) => version.test(each)),
      [false, true, true, false],
    );
    const managed = cloudServiceMeshFacts({ project: "shop", dnsCapture: true });
    assert.deepEqual(patches({ mesh: managed }), []);
    assert.throws(
      () => patches({ mesh: managed, connectAfterHandshake: true }),
      /gateway\.connectAfterHandshake: true needs an EnvoyFilter/,
    );
  });

  describe("with one policy for all callers it knows", () => {
    const scoped = istioFacts({ ...mesh, namespace: "istio-system", scopeGateways: true });
    const shared = { mesh: scoped, callersPolicy: "shared" } as const;

    it("admits identities of the trust domain to the shared port, and nobody elsewhere", () => {
      const policies = ofKind<IAuthorizationPolicy>(egressGatewayManifests(shared), "AuthorizationPolicy");
      assert.deepEqual(
        policies.map(({ spec }) => spec?.rules),
        [
          undefined,
          [
            {
              from: [{ source: { principals: ["cluster.local/*"] } }],
              to: [{ operation: { ports: ["15443"] } }],
            },
          ],
        ],
      );
    });

    it("is refused on a mesh where any namespace may open a server on its pods", () => {
      assert.throws(
        () => egressGatewayManifests({ ...shared, mesh }),
        /gateway\.callersPolicy: "shared" does not hold for a server that another namespace opens/,
      );
    });
  });

  it("runs on the nodes set apart for it", () => {
    const [placed] = ofKind<IDeployment>(egressGatewayManifests({ mesh, nodes: onGatewayNodes }), "Deployment");
    assert.deepEqual(placed?.spec?.template.spec?.nodeSelector, onGatewayNodes.nodeSelector);
    assert.deepEqual(placed?.spec?.template.spec?.tolerations, onGatewayNodes.tolerations);
  });

  it("renders objects the API server accepts", () => {
    egressGatewayManifests({ mesh, forwarders: [wildcard] }).forEach(assertFollowsSchema);
  });

  it("is one resource of ASM's own where ASM runs the gateways", () => {
    const kinds = egressGatewayManifests({ mesh: asmFacts({ controlPlaneCidr: "10.0.0.0/24" }) }).map(
      ({ kind }) => kind,
    );
    assert.deepEqual(kinds, ["IstioGateway", "EnvoyFilter", "AuthorizationPolicy"]);
  });

  it("tells every mistake in its arguments at once", () => {
    assert.throws(
      () => egressGatewayManifests({ mesh, name: "Egress", sharedPort: 70000 }),
      (error) => error instanceof SettingsError && error.problems.length === 2,
    );
  });
});

describe("The SNI proxy beside the gateway", () => {
  const conf = (forwarders = [wildcard]) =>
    ofKind<IConfigMap>(egressGatewayManifests({ mesh, forwarders }), "ConfigMap")[0]?.data?.["nginx.conf.template"] ??
    "";

  it("listens on the loopback interface only", () => {
    const listens = [...conf().matchAll(/listen (.*);/g)].map(([, address]) => address);
    assert.deepEqual(listens, [`127.0.0.1:${wildcard.port}`]);
  });

  it("forwards names of the group and drops every other", () => {
    assert.match(conf(), /hostnames;\s+\*\.partner\.example\.com \$ssl_preread_server_name:443;/);
    assert.doesNotMatch(conf(), /default/);
  });

  it("is the same whatever the order of the groups", () => {
    const other = forwarderOf({ name: "archive", host: "*.archive.example.com", port: 443 });
    assert.equal(conf([wildcard, other]), conf([other, wildcard]));
  });

  it("comes with new pods when its groups change", () => {
    const annotations = (forwarders: (typeof wildcard)[]) =>
      ofKind<IDeployment>(egressGatewayManifests({ mesh, forwarders }), "Deployment")[0]?.spec?.template.metadata
        ?.annotations?.["mesh-egress/sni-proxy-config"];
    assert.notEqual(annotations([wildcard]), annotations([{ ...wildcard, onwardPort: 8443 }]));
  });
});
