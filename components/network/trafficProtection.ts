import type * as pulumi from "@pulumi/pulumi";
import type { IDestinationRule } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";

export interface TrafficProtectionArgs {
  /** Service to protect. */
  service: string;
  /** Namespace of the Service. */
  namespace: string;
  /** TCP connections a client's proxy may hold to it. @default 1024 */
  maxConnections?: number;
  /** How long a proxy waits for a connection. @default 10s */
  connectTimeout?: string;
  /** HTTP requests that may wait for a connection. @default 1024 */
  maxPendingRequests?: number;
  /** HTTP requests that may be under way. @default 1024 */
  maxRequests?: number;
  /** When a failing pod gets no more requests. @default after 5 errors, for 30s, at most half of the pods */
  outliers?: {
    /** Server errors in a row until a pod is left out. @default 5 */
    consecutiveErrors?: number;
    /** How often pods are judged. @default 10s */
    interval?: string;
    /** How long a pod is left out; grows each time. @default 30s */
    ejectionTime?: string;
    /** Most pods left out, in percent. @default 50 */
    maxEjectedPercent?: number;
  };
}

/** One rule for the clients' proxies. Exported as far as the Service itself: a limit that some clients miss is none. */
export function trafficProtectionManifests(args: TrafficProtectionArgs): Manifest[] {
  const { service, namespace, outliers = {} } = args;
  const rule: IDestinationRule & Manifest = {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: `${service}-protection`, namespace },
    spec: {
      host: `${service}.${namespace}.svc.cluster.local`,
      trafficPolicy: {
        connectionPool: {
          tcp: { maxConnections: args.maxConnections ?? 1024, connectTimeout: args.connectTimeout ?? "10s" },
          http: {
            http1MaxPendingRequests: args.maxPendingRequests ?? 1024,
            http2MaxRequests: args.maxRequests ?? 1024,
          },
        },
        outlierDetection: {
          consecutive5xxErrors: outliers.consecutiveErrors ?? 5,
          interval: outliers.interval ?? "10s",
          baseEjectionTime: outliers.ejectionTime ?? "30s",
          maxEjectionPercent: outliers.maxEjectedPercent ?? 50,
        },
      },
    },
  };
  return [rule];
}

/** Limits on what the mesh's clients may ask of one Service, and when they leave out a failing pod. */
export class TrafficProtection extends ManifestComponent {
  constructor(name: string, args: TrafficProtectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("TrafficProtection"), name, trafficProtectionManifests(args), {}, opts);
    this.registerOutputs({ service: args.service, namespace: args.namespace });
  }
}
