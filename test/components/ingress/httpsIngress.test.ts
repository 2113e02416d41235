import assert from "node:assert/strict";
import type { IGateway, IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { IIngress } from "kubernetes-models/networking.k8s.io/v1";
import { httpsIngressManifests, type HttpsIngressSpec } from "../../../components/ingress/httpsIngress.js";
import { httpsIngressSpecs, ingressGatewayArgs } from "../../../components/ingress/ingressFromSettings.js";
import { type IngressGatewayArgs, ingressGatewayManifests } from "../../../components/ingress/ingressGateway.js";
import { ingressSchema } from "../../../settings/ingress.js";
import { assertFollowsSchema } from "../crdSchemas.js";

const shop = { entry: "shop", host: "shop.example.com", namespace: "shop", service: "frontend" };
const viaMesh: HttpsIngressSpec = {
  ...shop,
  via: { gateway: { namespace: "istio-ingress", selector: { istio: "ingressgateway" } } },
  tls: { certificateSecret: "shopCertificate", keySecret: "shopKey" },
};
const viaController: HttpsIngressSpec = { ...shop, via: { className: "nginx" }, tls: { secret: "shop-cert" } };

describe("HttpsIngress", () => {
  it("puts the TLS Secret beside what serves it, its values unseen", () => {
    const [secret] = httpsIngressManifests(viaMesh) as unknown as {
      metadata: { namespace: string };
      stringData: object;
    }[];
    assert.equal(secret?.metadata.namespace, "istio-ingress");
    assert.deepEqual(secret?.stringData, { "tls.crt": "${secret:shopCertificate}", "tls.key": "${secret:shopKey}" });
  });

  it("serves the host with TLS 1.2 at least, and plain HTTP with nothing but a redirect", () => {
    const gateway = httpsIngressManifests(viaMesh).find(({ kind }) => kind === "Gateway") as IGateway;
    const [https, http] = gateway.spec?.servers ?? [];
    assert.deepEqual(https?.tls, { mode: "SIMPLE", credentialName: "shop-tls", minProtocolVersion: "TLSV1_2" });
    assert.deepEqual(http?.tls, { httpsRedirect: true });
  });

  it("lets no namespace but the Service's own route the host, and shows the route to the gateway only", () => {
    const manifests = httpsIngressManifests(viaMesh);
    const gateway = manifests.find(({ kind }) => kind === "Gateway") as IGateway;
    for (const server of gateway.spec?.servers ?? []) assert.deepEqual(server.hosts, ["shop/shop.example.com"]);
    const route = manifests.find(({ kind }) => kind === "VirtualService") as IVirtualService;
    assert.deepEqual(route.spec?.exportTo, ["istio-ingress"]);
  });

  it("asks the cluster's controller with a TLS Secret that exists", () => {
    const manifests = httpsIngressManifests(viaController);
    assert.deepEqual(
      manifests.map(({ kind }) => kind),
      ["Ingress"],
    );
    const { spec } = manifests[0] as IIngress;
    assert.deepEqual(spec?.tls, [{ hosts: ["shop.example.com"], secretName: "shop-cert" }]);
    assert.equal(spec?.ingressClassName, "nginx");
  });

  it("renders objects the API server accepts, the gateway's own included", () => {
    [
      ...httpsIngressManifests(viaMesh),
      ...httpsIngressManifests(viaController),
      ...ingressGatewayManifests({ namespace: "istio-ingress" }),
    ].forEach(assertFollowsSchema);
  });

  it("lets `up` wait for an address where there are load balancers, or where the settings say so", () => {
    const skipAwait = { "pulumi.com/skipAwait": "true" };
    const annotations = (settings: object, cloud: "gke" | "existing") => {
      const host = { name: "api", kind: "kubernetes", host: "api.example.com", namespace: "shop", service: "api" };
      const ingress = ingressSchema.parse({ gateway: { create: true }, hosts: [host], ...settings });
      const gateway = ingressGatewayManifests(ingressGatewayArgs(ingress, { cloud }) as IngressGatewayArgs);
      return [...gateway, ...httpsIngressSpecs(ingress, { cloud }).flatMap(httpsIngressManifests)]
        .filter(({ kind }) => kind === "Service" || kind === "Ingress")
        .map(({ metadata }) => metadata.annotations);
    };
    assert.deepEqual(annotations({}, "gke"), [undefined, undefined]);
    assert.deepEqual(annotations({}, "existing"), [skipAwait, skipAwait]);
    assert.deepEqual(annotations({ waitForAddress: true }, "existing"), [undefined, undefined]);
    assert.deepEqual(annotations({ waitForAddress: false }, "gke"), [skipAwait, skipAwait]);
  });

  it("serves the settings' hosts by the gateway they name, and creates that only when asked to", () => {
    const host = { name: "shop", host: "shop.example.com", namespace: "shop", service: "frontend" };
    const settings = ingressSchema.parse({ hosts: [host, { ...host, name: "api", kind: "kubernetes" }] });
    assert.equal(ingressGatewayArgs(settings, { cloud: "gke" }), undefined);
    assert.deepEqual(
      httpsIngressSpecs(settings, { cloud: "gke" }).map(({ entry, via }) => [entry, via]),
      [
        ["shop", { gateway: { namespace: "istio-ingress", selector: { istio: "ingressgateway" } } }],
        ["api", { className: "nginx" }],
      ],
    );
    const half = { ...host, tls: { certificateSecret: "shopCertificate" } };
    assert.throws(() => ingressSchema.parse({ hosts: [half] }), /half-a-certificate/);
  });
});
