import * as pulumi from "@pulumi/pulumi";
import type * as k8s from "@pulumi/kubernetes";
import { registerAll, type Manifest } from "../manifest.js";
import { withSecretValues, type SecretValues } from "../secrets.js";

export class Manifests extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: { manifests: Manifest[]; secrets: SecretValues; meshProvider?: k8s.Provider },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mesh-egress:index:Manifests", name, {}, opts);
    const registered = args.manifests.map((manifest) => withSecretValues(manifest, args.secrets ?? {}));
    registerAll(name, registered, { parent: this }, args.meshProvider);
    this.registerOutputs({});
  }
}
