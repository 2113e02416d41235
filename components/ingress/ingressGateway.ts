import type * as pulumi from "@pulumi/pulumi";
import { gatewaySchema } from "../../settings/gateway.js";
import {
  credentialAccess,
  disruptionBudget,
  proxyDeployment,
  service,
  serviceAccount,
} from "../gateway/proxyDeployment.js";
import { type Manifest, skipAwait } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";

export interface IngressGatewayArgs {
  /** Name of the gateway. @default ingressgateway */
  gateway?: string;
  /** Namespace of its pods; must have injection, which fills in the proxy. */
  namespace: string;
  /** Labels of its pods. @default istio: name */
  selector?: Record<string, string>;
  /** Pods. @default 2 */
  replicas?: number;
  /** Type of its Service. @default LoadBalancer */
  type?: "LoadBalancer" | "ClusterIP";
  /**
   * Whether `up` waits, ten minutes at most, until a Service of type LoadBalancer has an address. A cluster without load
   * balancers never gives one.
   * @default true
   */
  waitForAddress?: boolean;
}

/** Ports of the Service, and the unprivileged ones the proxy listens on instead. */
export const ingressPorts = { http: { port: 80, targetPort: 8080 }, https: { port: 443, targetPort: 8443 } };

/** A proxy that takes what comes from outside, and what keeps it up. */
export function ingressGatewayManifests(args: IngressGatewayArgs): Manifest[] {
  const { gateway: name = "ingressgateway", namespace } = args;
  const { selector = { istio: name }, replicas = 2, type = "LoadBalancer", waitForAddress = true } = args;
  const place = { name, namespace, selector };
  const ports = Object.entries(ingressPorts).map(([port, numbers]) => ({ name: port, ...numbers }));
  return [
    serviceAccount(place),
    ...credentialAccess(place, `${name}-credentials`),
    service(place, type, ports, waitForAddress ? undefined : skipAwait),
    proxyDeployment(place, { replicas, image: "auto", resources }),
    disruptionBudget(place),
  ];
}

/** As much as the egress gateway gets by default. */
const { resources } = gatewaySchema.parse({});

/** The mesh's ingress gateway, on a mesh whose gateways are Deployments (Istio, Cloud Service Mesh). */
export class IngressGateway extends ManifestComponent {
  constructor(name: string, args: IngressGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("IngressGateway"), name, ingressGatewayManifests(args), {}, opts);
    this.registerOutputs({ namespace: args.namespace });
  }
}
