/** Pods to read metrics of, and where. */
export interface Target {
  /** Its label `job`. */
  job: string;
  namespace: string;
  /** Labels of the pods. */
  pods: Record<string, string>;
  /** Container that one target stands for, however many ports the pod declares. */
  container: string;
  port: number;
  path: string;
  /** Names of the metrics that are kept. @default all */
  keep?: string;
}

interface Relabeling {
  action: "keep" | "replace";
  /** @default none: the replacement is a constant */
  sourceLabels?: string[];
  regex?: string;
  replacement?: string;
  targetLabel?: string;
}

const meta = "__meta_kubernetes";

/** One target for each pod, with the labels by which the rules know it. */
function relabelings({ container, port, job }: Target): Relabeling[] {
  return [
    { action: "keep", sourceLabels: [`${meta}_pod_container_name`], regex: container },
    { action: "keep", sourceLabels: [`${meta}_pod_phase`], regex: "Running" },
    { action: "replace", sourceLabels: [`${meta}_pod_ip`], replacement: `$1:${port}`, targetLabel: "__address__" },
    { action: "replace", sourceLabels: [`${meta}_namespace`], targetLabel: "namespace" },
    { action: "replace", sourceLabels: [`${meta}_pod_name`], targetLabel: "pod" },
    { action: "replace", replacement: job, targetLabel: "job" },
  ];
}

const metricRelabelings = ({ keep }: Target): Relabeling[] =>
  keep === undefined ? [] : [{ action: "keep", sourceLabels: ["__name__"], regex: keep }];

/** Entries of `scrape_configs` in Prometheus' own configuration. */
export function scrapeConfigs(targets: readonly Target[]): object[] {
  return targets.map((target) => ({
    job_name: target.job,
    metrics_path: target.path,
    kubernetes_sd_configs: [
      {
        role: "pod",
        namespaces: { names: [target.namespace] },
        selectors: [{ role: "pod", label: selector(target.pods) }],
      },
    ],
    relabel_configs: relabelings(target).map(plain),
    ...(target.keep === undefined ? {} : { metric_relabel_configs: metricRelabelings(target).map(plain) }),
  }));
}

/** The `spec` of a PodMonitor for targets of the same pods. */
export function podMonitorSpec(targets: readonly Target[]): object {
  const [{ namespace, pods } = { namespace: "", pods: {} }] = targets;
  return {
    namespaceSelector: { matchNames: [namespace] },
    selector: { matchLabels: pods },
    podMetricsEndpoints: targets.map((target) => ({
      path: target.path,
      relabelings: relabelings(target),
      ...(target.keep === undefined ? {} : { metricRelabelings: metricRelabelings(target) }),
    })),
  };
}

const selector = (pods: Record<string, string>): string =>
  Object.entries(pods)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");

/** The same words in Prometheus' own spelling. */
function plain({ action, sourceLabels, regex, replacement, targetLabel }: Relabeling): object {
  return {
    action,
    ...(sourceLabels === undefined ? {} : { source_labels: sourceLabels }),
    ...(regex === undefined ? {} : { regex }),
    ...(replacement === undefined ? {} : { replacement }),
    ...(targetLabel === undefined ? {} : { target_label: targetLabel }),
  };
}
