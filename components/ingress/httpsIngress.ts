import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { IGateway, IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { IIngress } from "kubernetes-models/networking.k8s.io/v1";
import type { ISecret } from "kubernetes-models/v1";
import { type Manifest, skipAwait } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import { secretPlaceholder, secretValueOf, type SecretValues } from "../secrets.js";
import { ingressPorts } from "./ingressGateway.js";

/** The gateway that serves a host of the mesh. */
export interface ServingGateway {
  /** Namespace of its pods; the TLS Secret must be there. */
  namespace: string;
  /** Labels of its pods. */
  selector: Record<string, string>;
}

/** What its manifests are made of. */
export interface HttpsIngressSpec {
  /** Name of its resources. */
  entry: string;
  /** Host name that clients dial. */
  host: string;
  /** Namespace of the Service. */
  namespace: string;
  /** Service that answers. */
  service: string;
  /** Port of the Service. @default 80 */
  port?: number;
  /** Requests below this path. @default / */
  path?: string;
  /** The mesh's gateway that serves the host, or the class of the cluster's ingress controller. */
  via:
    | {
        /** The mesh's gateway. */
        gateway: ServingGateway;
      }
    | {
        /** Class of the ingress controller. */
        className: string;
      };
  /** Certificate. */
  tls?: {
    /** TLS Secret beside what serves the host. @default the entry's name with -tls */
    secret?: string;
    /** Name, in `secrets`, of the certificate chain as PEM. @default the TLS Secret exists already */
    certificateSecret?: string;
    /** Name, in `secrets`, of the private key as PEM. @default the TLS Secret exists already */
    keySecret?: string;
  };
  /**
   * Whether `up` waits, ten minutes at most, until the cluster's ingress controller has given the Ingress an address.
   * @default true
   */
  waitForAddress?: boolean;
}

export interface HttpsIngressArgs extends HttpsIngressSpec {
  /** Secret values by name. @default none */
  secrets?: SecretValues;
  /** Provider of the API server that holds Istio's resources. @default the component's */
  meshProvider?: k8s.Provider;
}

function tlsSecretName({ entry, tls }: HttpsIngressSpec): string {
  return tls?.secret ?? `${entry}-tls`;
}

function tlsSecret(spec: HttpsIngressSpec): (ISecret & Manifest)[] {
  const { certificateSecret, keySecret } = spec.tls ?? {};
  if (!certificateSecret || !keySecret) return [];
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: tlsSecretName(spec),
        namespace: "gateway" in spec.via ? spec.via.gateway.namespace : spec.namespace,
      },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": secretPlaceholder(certificateSecret), "tls.key": secretPlaceholder(keySecret) },
    },
  ];
}

function ingress(spec: HttpsIngressSpec, className: string): IIngress & Manifest {
  const { entry, host, namespace, service, port = 80, path = "/", waitForAddress = true } = spec;
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: entry, namespace, ...(waitForAddress ? {} : { annotations: skipAwait }) },
    spec: {
      ingressClassName: className,
      tls: [{ hosts: [host], secretName: tlsSecretName(spec) }],
      rules: [
        {
          host,
          http: {
            paths: [{ path, pathType: "Prefix", backend: { service: { name: service, port: { number: port } } } }],
          },
        },
      ],
    },
  };
}

/** Lives beside the gateway's pods, where its certificate is. Plain HTTP gets one answer: come back over HTTPS. */
function gateway(spec: HttpsIngressSpec, { namespace, selector }: ServingGateway): IGateway & Manifest {
  const { entry, host } = spec;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: entry, namespace },
    spec: {
      selector,
      servers: [
        {
          port: { number: ingressPorts.https.port, name: `https-${entry}`, protocol: "HTTPS" },
          hosts: [`${spec.namespace}/${host}`],
          tls: { mode: "SIMPLE", credentialName: tlsSecretName(spec), minProtocolVersion: "TLSV1_2" },
        },
        {
          port: { number: ingressPorts.http.port, name: `http-${entry}`, protocol: "HTTP" },
          hosts: [`${spec.namespace}/${host}`],
          tls: { httpsRedirect: true },
        },
      ],
    },
  };
}

/** Seen by the gateway only: for the mesh's own workloads the host means nothing. */
function route(spec: HttpsIngressSpec, serving: ServingGateway): IVirtualService & Manifest {
  const { entry, host, namespace, service, port = 80, path = "/" } = spec;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: entry, namespace },
    spec: {
      hosts: [host],
      gateways: [`${serving.namespace}/${entry}`],
      exportTo: [serving.namespace],
      http: [
        {
          match: [{ uri: { prefix: path } }],
          route: [{ destination: { host: `${service}.${namespace}.svc.cluster.local`, port: { number: port } } }],
        },
      ],
    },
  };
}

/** One host: its certificate, and the way to its Service. */
export function httpsIngressManifests(spec: HttpsIngressSpec): Manifest[] {
  const { via } = spec;
  return [
    ...tlsSecret(spec),
    ...("gateway" in via ? [gateway(spec, via.gateway), route(spec, via.gateway)] : [ingress(spec, via.className)]),
  ];
}

/** HTTPS for one host, through the mesh's ingress gateway or the cluster's ingress controller. */
export class HttpsIngress extends ManifestComponent {
  /** Where clients reach the Service. */
  readonly url: string;

  constructor(name: string, args: HttpsIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      componentType("HttpsIngress"),
      name,
      httpsIngressManifests(args),
      { values: secretValueOf(args.secrets ?? {}), meshProvider: args.meshProvider },
      opts,
    );
    this.url = `https://${args.host}${args.path ?? "/"}`;
    this.registerOutputs({ url: this.url });
  }
}
