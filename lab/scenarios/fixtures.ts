import { applicationUser } from "../probes/users.js";
import type { Stage } from "./stage.js";

/** A namespace beside the stack, which no policy of the stack covers; or pods beside the stack's own in a namespace of it. */
export interface FixtureNamespace {
  readonly name: string;
  /** Whether the mesh gives its pods a sidecar. In a namespace of the stack that is the stack's own affair. */
  readonly injection: boolean | "of the stack";
  readonly workloads: readonly FixtureWorkload[];
}

/** A pod that waits for probes to run in it. */
export interface FixtureWorkload {
  readonly name: string;
  /** @default app: name */
  readonly labels?: Record<string, string>;
  /** @default one named like the workload; in a namespace of the stack it must exist */
  readonly serviceAccount?: string;
  /** Annotations of the pod. */
  readonly annotations?: Record<string, string>;
  /** What to serve, under the workload's name: a page on port 80, or a collector of traces on port 4317. @default only wait */
  readonly serves?: "page" | "traces";
}

const isOfStack = ({ injection }: FixtureNamespace): boolean => injection === "of the stack";

function objectsOf(fixture: FixtureNamespace): object[] {
  const { name: namespace, injection, workloads } = fixture;
  const labels = { "istio-injection": injection === true ? "enabled" : "disabled" };
  return [
    ...(isOfStack(fixture) ? [] : [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } }]),
    ...workloads.flatMap((workload) => [
      ...(isOfStack(fixture) ? [] : [account(namespace, workload)]),
      deployment(namespace, workload),
      ...(workload.serves ? [service(namespace, workload)] : []),
    ]),
  ];
}

function account(namespace: string, { name, serviceAccount = name }: FixtureWorkload): object {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: serviceAccount, namespace } };
}

function service(namespace: string, { name, labels = { app: name }, serves = "page" }: FixtureWorkload): object {
  const spec = { selector: labels, ports: [servers[serves].port] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec };
}

const servers = {
  page: { image: "nginx:1.28", port: { name: "http", port: 80 } },
  // The mesh reads from the port's name that it is gRPC.
  traces: { image: "otel/opentelemetry-collector:0.138.0", port: { name: "grpc-otlp", port: 4317 } },
};
const shell = {
  name: "shell",
  image: "alpine:3.22",
  command: ["sleep", "infinity"],
  securityContext: { runAsUser: applicationUser },
};

function deployment(namespace: string, workload: FixtureWorkload): object {
  const { name, labels = { app: name }, serviceAccount = name, annotations = {}, serves } = workload;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: {
          serviceAccountName: serviceAccount,
          // Its end is not what is looked at.
          terminationGracePeriodSeconds: 1,
          containers: [serves ? { name: "server", image: servers[serves].image } : shell],
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

/** Removes what the lab added; a namespace of the stack goes with the stack. */
export async function removeFixtures({ kubectl }: Stage, namespaces: readonly FixtureNamespace[]): Promise<void> {
  const own = namespaces.filter((fixture) => !isOfStack(fixture)).map(({ name }) => name);
  if (own.length > 0) await kubectl(["delete", "namespace", "--ignore-not-found", ...own]);
}
