import assert from "node:assert/strict";
import * as istioNetworking from "@kubernetes-models/istio/networking.istio.io/v1";
import * as istioAlpha from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import * as istioBeta from "@kubernetes-models/istio/networking.istio.io/v1beta1";
import * as istioSecurity from "@kubernetes-models/istio/security.istio.io/v1";
import * as istioTelemetry from "@kubernetes-models/istio/telemetry.istio.io/v1";
import * as admission from "kubernetes-models/admissionregistration.k8s.io/v1";
import * as apps from "kubernetes-models/apps/v1";
import * as autoscaling from "kubernetes-models/autoscaling/v2";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as rbac from "kubernetes-models/rbac.authorization.k8s.io/v1";
import * as core from "kubernetes-models/v1";
import type { Manifest } from "../../components/manifest.js";

type Model = new (data: never) => { validate(): void };

const models: Record<string, Record<string, unknown>> = {
  v1: core,
  "admissionregistration.k8s.io/v1": admission,
  "apps/v1": apps,
  "autoscaling/v2": autoscaling,
  "networking.k8s.io/v1": networking,
  "policy/v1": policy,
  "rbac.authorization.k8s.io/v1": rbac,
  "networking.istio.io/v1": istioNetworking,
  "networking.istio.io/v1beta1": istioBeta,
  "networking.istio.io/v1alpha3": istioAlpha,
  "security.istio.io/v1": istioSecurity,
  "telemetry.istio.io/v1": istioTelemetry,
};

/** Fails when a manifest is not what the API type or the CRD's schema says. */
export function assertFollowsSchema(manifest: Manifest): void {
  const model = models[manifest.apiVersion]?.[manifest.kind] as Model | undefined;
  assert.ok(model, `no schema for ${manifest.apiVersion} ${manifest.kind}`);
  assert.doesNotThrow(() => new model(manifest as never).validate(), `${manifest.kind} ${manifest.metadata.name}`);
}
