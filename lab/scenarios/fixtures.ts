import type { Stage } from "./stage.js";

/** A namespace beside the stack. No policy of the stack covers it. */
export interface FixtureNamespace {
  readonly name: string;
  /** Whether the mesh gives its pods a sidecar. */
  readonly injection: boolean;
  readonly workloads: readonly FixtureWorkload[];
}

/** A pod that waits for probes to run in it. */
export interface FixtureWorkload {
  readonly name: string;
  /** @default app: name */
  readonly labels?: Record<string, string>;
  /** @default one named like the workload */
  readonly serviceAccount?: string;
  /** Serve a page on port 80, under the workload's name. @default only wait */
  readonly serves?: boolean;
}

const nobody = 65534;

function objectsOf({ name: namespace, injection, workloads }: FixtureNamespace): object[] {
  const labels = { "istio-injection": injection ? "enabled" : "disabled" };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
    ...workloads.flatMap((workload) => [
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: workload.serviceAccount ?? workload.name, namespace },
      },
      deployment(namespace, workload),
      ...(workload.serves ? [service(namespace, workload)] : []),
    ]),
  ];
}

function service(namespace: string, { name, labels = { app: name } }: FixtureWorkload): object {
  const spec = { selector: labels, ports: [{ name: "http", port: 80 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec };
}

const server = { name: "server", image: "nginx:1.28" };
const shell = {
  name: "shell",
  image: "alpine:3.22",
  command: ["sleep", "infinity"],
  securityContext: { runAsUser: nobody },
};

function deployment(namespace: string, workload: FixtureWorkload): object {
  const { name, labels = { app: name }, serviceAccount = name, serves } = workload;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: serviceAccount,
          // Its end is not what is looked at.
          terminationGracePeriodSeconds: 1,
          containers: [serves ? server : shell],
        },
      },
    },
  };
}

/** Puts the namespaces and their pods beside the stack, and waits for the pods. */
export async function addFixtures(stage: Stage, namespaces: readonly FixtureNamespace[]): Promise<void> {
  if (namespaces.length === 0) return;
  const items = namespaces.flatMap(objectsOf);
  await stage.kubectl(["apply", "--server-side", "-f", "-"], { apiVersion: "v1", kind: "List", items });
  await Promise.all(
    namespaces.flatMap(({ name, workloads }) =>
      workloads.map((workload) => stage.agent.waitReady(name, workload.labels ?? { app: workload.name })),
    ),
  );
}

export async function removeFixtures(stage: Stage, namespaces: readonly FixtureNamespace[]): Promise<void> {
  if (namespaces.length === 0) return;
  await stage.kubectl(["delete", "namespace", "--ignore-not-found", ...namespaces.map(({ name }) => name)]);
}
